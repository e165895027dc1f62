import { notify, serve } from '../channel/index.ts'
import { fetchModel } from './fetch-model.ts'
import type { FilesMethods, FilesNotice } from './file-messages.ts'
import { pagePort } from './worker-scope.ts'

/** The thread that fetches a model's files and checks them: hashing some megabytes takes a while. */

function tell(notice: FilesNotice): void {
  notify(pagePort, notice)
}

serve<FilesMethods>(pagePort, {
  fetch: (request) =>
    fetchModel(request, {
      onDownload: (progress) => tell({ progress }),
      onWarning: (warning) => tell({ warning }),
    }),
})
