import { type MessageTarget, messagePort, notify, serve } from '../../dist/channel/index.js'
import type { BackgroundMethods } from './background.ts'
import { findDuplicates } from './find-duplicates.ts'
import { project } from './project.ts'
import { readLines } from './read-lines.ts'

const port = messagePort(globalThis as unknown as MessageTarget)

serve<BackgroundMethods>(port, {
  read: readLines,
  project: ({ vectors }) => project(vectors),
  duplicates: ({ vectors, threshold }) =>
    findDuplicates(vectors, threshold, (share) => notify(port, share)),
})
