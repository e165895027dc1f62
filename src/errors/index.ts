export {
  CheckpointError,
  type ErrorDetails,
  type ErrorFacts,
  GraphError,
  HubError,
  InputError,
  OutputError,
  RuntimeError,
  YujuError,
} from './yuju-error.ts'
