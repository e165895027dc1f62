export {
  CheckpointError,
  type ErrorDetails,
  type ErrorFacts,
  GraphError,
  HubError,
  InputError,
  OutputError,
  QueueError,
  RuntimeError,
  ServerError,
  TeacherError,
  YujuError,
} from './yuju-error.ts'
