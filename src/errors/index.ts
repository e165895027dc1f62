export {
  CheckpointError,
  type ErrorDetails,
  type ErrorFacts,
  GraphError,
  HubError,
  InputError,
  OutputError,
  RuntimeError,
  ServerError,
  TeacherError,
  YujuError,
} from './yuju-error.ts'
