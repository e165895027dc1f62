export { downloadModel } from './download-model.ts'
export { downloadSplit } from './download-split.ts'
export { type DownloadProgress, type HubOptions, isHubId } from './hub-options.ts'
