import type { ChildProcess } from 'node:child_process'
import type { MessagePort, Worker } from 'node:worker_threads'
import type { PeerPort, Port } from './port.ts'

/** To a thread. */
export function threadPort(worker: Worker): PeerPort {
  return {
    send: (message, buffers) => worker.postMessage(message, buffers),
    listen: (take) => worker.on('message', take),
    onEnd(ended) {
      const fail = (cause: Error) => ended(`failed: ${cause.message}`, { cause })
      worker.on('error', fail).on('messageerror', fail)
      worker.on('exit', (code) => ended('stopped', { facts: { code } }))
    },
    hold(isNeeded) {
      if (isNeeded) worker.ref()
      else worker.unref()
    },
    stop: () => worker.terminate(),
  }
}

/** From a thread to the program that started it, by `parentPort`. */
export function programThreadPort(port: MessagePort | null): Port {
  return {
    send: (message, buffers) => port?.postMessage(message, buffers),
    listen: (take) => port?.on('message', take),
  }
}

/** To a process with an advanced IPC channel. */
export function processPort(child: ChildProcess): PeerPort {
  const hold = (isNeeded: boolean) => {
    const action = isNeeded ? 'ref' : 'unref'
    child[action]()
    child.channel?.[action]()
  }
  return {
    // Where sending fails the process is ending, and its end is the answer.
    send: (message) => child.send(message as object, () => {}),
    listen: (take) => child.on('message', take),
    onEnd(ended) {
      child.on('error', (cause) => {
        if (child.pid === undefined) ended(`could not be started: ${cause.message}`, { cause })
      })
      child.on('exit', (code, signal) => {
        ended(`ended with ${signal ?? `code ${code}`}`, { facts: { code, signal } })
      })
    },
    hold,
    async stop() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      const exit = new Promise((resolve) => child.once('exit', resolve))
      hold(true)
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** From a process to the program that started it. */
export function programPort(own: NodeJS.Process): Port {
  return {
    send: (message) => own.send?.(message),
    listen: (take) => own.on('message', take),
  }
}
