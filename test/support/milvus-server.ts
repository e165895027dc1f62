import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Where `.ci/run` puts the Python packages milvus-lite and pymilvus. */
const PROGRAM = join(
  process.env.YUJU_MILVUS ?? join(homedir(), 'yuju-milvus'),
  'bin',
  'milvus-lite',
)

export interface MilvusServer {
  /** `milvus://127.0.0.1:port` */
  readonly url: string
  stop(): Promise<void>
}

/** Whether the server is installed; where not, says so. */
export function hasMilvus(): boolean {
  if (existsSync(PROGRAM)) return true
  console.warn(
    `skipped: ${PROGRAM} is not here; python3 -m venv ~/yuju-milvus && ` +
      '~/yuju-milvus/bin/pip install milvus-lite pymilvus',
  )
  return false
}

/** Starts a server of Milvus Lite on a free port, with its data in a folder of its own. */
export async function startMilvus(): Promise<MilvusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-milvus-'))
  const port = await freePort()
  const words = ['server', '--data-dir', folder, '--host', '127.0.0.1', '--port', String(port)]
  const server = spawn(PROGRAM, words, { stdio: 'ignore' })
  const closed = once(server, 'close')
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new Error(`${PROGRAM} ended with ${server.exitCode}`)
    await pause(100)
  }
  return {
    url: `milvus://127.0.0.1:${port}`,
    async stop() {
      server.kill()
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
