export { checkSettings } from './check-settings.ts'
export { type ListenSettings, listenSettings } from './listen-settings.ts'
export { type ServerSettings, serverSettings } from './server-settings.ts'
export { workersOf } from './workers.ts'
