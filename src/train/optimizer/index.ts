export { AdamW, type AdamWOptions, type OptimizerStep } from './adamw.ts'
export { DropoutMasks, type MaskOptions } from './dropout-masks.ts'
export type { OptimizerState } from './optimizer-state.ts'
export { type GroupOptions, type ParameterGroup, parameterGroups } from './parameter-groups.ts'
export {
  ParameterMemory,
  type ParameterMemoryOptions,
  type ParameterPart,
  type ParameterSpec,
} from './parameter-memory.ts'
export type { RowIds } from './row-gradients.ts'
export {
  createSchedule,
  SCHEDULES,
  type Schedule,
  type ScheduleName,
  type ScheduleSteps,
  type Warmup,
} from './schedule.ts'
