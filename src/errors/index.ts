export {
  CheckpointError,
  type ErrorDetails,
  type ErrorFacts,
  GraphError,
  HubError,
  InputError,
  OutputError,
  RuntimeError,
  TeacherError,
  YujuError,
} from './yuju-error.ts'
