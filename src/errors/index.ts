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
  StoreError,
  TeacherError,
  YujuError,
} from './yuju-error.ts'
