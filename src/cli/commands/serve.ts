import { once } from 'node:events'
import type { ParsedArgs } from 'citty'
import { given } from '../../options/index.ts'
import type { Listener } from '../../server/index.ts'
import { defineCommand } from '../command.ts'
import { HUB_FLAGS, JSON_FLAG, PRECISION_FLAG, RUN_FLAGS } from '../flags.ts'
import { interruptible } from '../model.ts'
import { readSettings, SETTING_FLAGS } from '../serve/serve-settings.ts'
import {
  type NamedIndex,
  type NamedModel,
  servedIndexes,
  servedModels,
} from '../serve/served-models.ts'
import type { Shell } from '../shell.ts'
import { storeAccess } from '../store-flags.ts'

const FIXED_FLAGS = {
  model: {
    type: 'string',
    valueHint: 'name=folder|owner/name',
    description:
      'A model to serve; may be given again for others (default: YUJU_MODEL, else the bundled one)',
  },
  index: {
    type: 'string',
    valueHint: 'name=folder|milvus://…',
    description:
      'A store of yuju index, for /search; may be given again for others (default: YUJU_INDEX, else none)',
  },
  ...PRECISION_FLAG,
  backend: RUN_FLAGS.backend,
  ...HUB_FLAGS,
  ...JSON_FLAG,
} as const
const ARGS = { ...FIXED_FLAGS, ...SETTING_FLAGS }

type ServeArgs = ParsedArgs<typeof FIXED_FLAGS> & ParsedArgs

/**
 * Serves models until a signal stops it; then readiness turns false, requests that were begun are
 * finished, and it ends. A second signal ends it at once.
 */
export const serve = defineCommand(ARGS, async (args, shell, valuesOf) => {
  const { BUNDLED_MODEL } = await import('../../encoder/index.ts')
  const models = servedModels(valuesOf('model'), shell.env.YUJU_MODEL || undefined, BUNDLED_MODEL)
  const indexes = servedIndexes(valuesOf('index'), shell.env.YUJU_INDEX)
  const listener = await start({ models, indexes }, args as ServeArgs, shell)
  const names = [...models, ...indexes].map(({ name }) => name)
  if (args.json) {
    const [modelNames, indexNames] = [names.slice(0, models.length), names.slice(models.length)]
    shell.printJson({ url: listener.url, models: modelNames, indexes: indexNames })
  } else shell.print(`${names.join(', ')} at ${listener.url}`)
  if (!shell.signal.aborted) await once(shell.signal, 'abort')
  shell.note('stopping; requests that were begun are finished. A second signal stops at once')
  await listener.stop()
})

interface Served {
  readonly models: readonly NamedModel[]
  readonly indexes: readonly NamedIndex[]
}

async function start(
  { models, indexes }: Served,
  args: ServeArgs,
  shell: Shell,
): Promise<Listener> {
  const { host, port, receiveTimeout, drainDelay, drainTimeout, logLevel, logTexts, ...server } =
    readSettings(args, shell.env)
  const { createServer, listen } = await import('../../server/index.ts')
  const { requestLog } = await import('../serve/request-log.ts')
  const load = given({
    revision: args.revision,
    cacheDir: args['cache-dir'],
    offline: args.offline,
    endpoint: args.endpoint,
    backend: args.backend,
    precision: args.precision,
  })
  const created = createServer({
    ...server,
    models: models.map((model) => ({ ...model, load })),
    indexes: indexes.map((index) => ({ ...index, ...storeAccess(shell) })),
    onEvent: requestLog({ logLevel, logTexts }, shell.errorStream),
  })
  const running = await interruptible(created, shell.signal)
  return listen(running, { host, port, receiveTimeout, drainDelay, drainTimeout })
}
