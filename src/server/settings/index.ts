export {
  checkSettings,
  type ListenSettings,
  listenSettings,
  type ServerSettings,
  serverSettings,
  workersOf,
} from './server-settings.ts'
