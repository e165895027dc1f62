import { notify, serve } from '../channel/index.ts'
import { fetchManifest } from './fetch-manifest.ts'
import { fetchModel } from './fetch-model.ts'
import type { FilesMethods, FilesNotice } from './file-messages.ts'
import { pagePort } from './worker-scope.ts'

/** The thread that fetches a model's files and checks them: hashing some megabytes takes a while. */

const tell = (notice: FilesNotice) => notify(pagePort, notice)

serve<FilesMethods>(pagePort, {
  manifest: (place) => fetchManifest(place, tell),
  files: (request) => fetchModel(request, { onDownload: tell, onWarning: tell }),
})
