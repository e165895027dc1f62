export { createServer, type Server, type ServerModel, type ServerOptions } from './create-server.ts'
export type { ServerSettings } from './settings.ts'
