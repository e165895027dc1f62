import { InputError } from '../errors/index.ts'
import type { LabelKind } from './task.ts'

/** Where one of the seven tasks is found. */
export interface TaskSpec {
  readonly name: string
  readonly split: string
  /** Below the data folder. */
  readonly file: string
  readonly labels: LabelKind
  /** Its data set on the hub, where there is one. */
  readonly hub?: HubPlace
}

/** A split of a data set on the hub, at the revision that MTEB evaluates. */
export interface HubPlace {
  readonly id: string
  readonly revision: string
  readonly split: string
}

const stsb = (split: string): HubPlace => ({
  id: 'C-MTEB/STSB',
  revision: '0cde68302b3541bb8b3c340dc0644b0b745b3dc0',
  split,
})

/**
 * The tasks of the model card of DMetaSoul/sbert-chinese-general-v2-distill, in its order. Hub ids
 * and revisions are those of mteb/tasks/STS/zho; Xiaobu (BUSTM) is not part of C-MTEB.
 */
const TASK_SPECS: readonly TaskSpec[] = [
  {
    name: 'csts_dev',
    split: 'dev',
    file: 'csts/dev.tsv',
    labels: { max: 5 },
    hub: stsb('validation'),
  },
  {
    name: 'csts_test',
    split: 'test',
    file: 'csts/test.tsv',
    labels: { max: 5 },
    hub: stsb('test'),
  },
  matching('afqmc', { id: 'C-MTEB/AFQMC', revision: 'b44c3b011063adb25877c13823db83bb193913c4' }),
  matching('lcqmc', { id: 'C-MTEB/LCQMC', revision: '17f9b096f80380fce5ed12a9be8be7784b337daf' }),
  matching('bqcorpus', { id: 'C-MTEB/BQ', revision: 'e3dda5e115e487b39ec7e618c0c6a29137052a55' }),
  matching('pawsx', { id: 'C-MTEB/PAWSX', revision: '9c6a90e430ac22b5779fb019a23e820b11a8b5e1' }),
  matching('xiaobu'),
]

function matching(name: string, place?: Pick<HubPlace, 'id' | 'revision'>): TaskSpec {
  const spec = { name, split: 'dev', file: `${name}/dev.tsv`, labels: 'binary' } as const
  return place ? { ...spec, hub: { ...place, split: 'validation' } } : spec
}

/** Names of the seven tasks, in the order of the model card. */
export const TASK_NAMES: readonly string[] = TASK_SPECS.map(({ name }) => name)

/**
 * The tasks of these names, in the model card's order; default: all seven.
 * @throws InputError for a name that is none of them.
 */
export function taskSpecs(names: readonly string[] = TASK_NAMES): readonly TaskSpec[] {
  const unknown = names.find((name) => !TASK_NAMES.includes(name))
  if (unknown === undefined) return TASK_SPECS.filter(({ name }) => names.includes(name))
  throw new InputError(
    'task-unknown',
    `there is no task ${JSON.stringify(unknown)}; choose from ${TASK_NAMES.join(', ')}`,
    { facts: { name: unknown, known: TASK_NAMES } },
  )
}
