export { downloadModel } from './download-model.ts'
export { type DownloadProgress, type HubOptions, isHubId } from './hub-options.ts'
