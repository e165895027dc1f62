import type { BackgroundAnswers, BackgroundReply, BackgroundRequest } from './background.ts'
import { findDuplicates } from './find-duplicates.ts'
import { project } from './project.ts'
import { readLines } from './read-lines.ts'

function reply(message: BackgroundReply): void {
  globalThis.postMessage(message)
}

async function answer(
  request: BackgroundRequest,
): Promise<BackgroundAnswers[keyof BackgroundAnswers]> {
  switch (request.kind) {
    case 'read':
      return readLines(request.file)
    case 'project':
      return project(request.vectors)
    case 'duplicates':
      return findDuplicates(request.vectors, request.threshold, (share) =>
        reply({ kind: 'progress', share }),
      )
    default:
      return request satisfies never
  }
}

addEventListener('message', ({ data }: { readonly data: BackgroundRequest }) => {
  answer(data).then(
    (found) => reply({ kind: 'done', answer: found }),
    ({ message }: Error) => reply({ kind: 'failed', message }),
  )
})
