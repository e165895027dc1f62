import { readFileSync } from 'node:fs'
import { env } from 'node:process'
import { isMainThread, Worker, type WorkerOptions } from 'node:worker_threads'
import { RuntimeError } from '../errors/index.ts'

/**
 * From 1.29 on, ONNX Runtime's own builds for Linux and macOS report to Microsoft what they run, unless
 * this variable forbids it when the library is first used (microsoft/onnxruntime#27379). The report
 * matches the command line against regular expressions that take stack for each byte of it: one of
 * 15,000 bytes overflows the stack of a thread, and the process dies.
 */
const SWITCH = 'ORT_DISABLE_TELEMETRY'
/** What the library takes for yes. */
const YES = /^(1|true|t|yes|y|on)$/i
/** Bytes; half of what the stack of a thread was seen to bear. */
const LONGEST_COMMAND_LINE = 7_000

/** Starts a thread that may load ONNX Runtime, with telemetry off. */
export function startRuntimeThread(module: URL, options: WorkerOptions): Worker {
  disableTelemetry()
  return new Worker(module, options)
}

/**
 * To be called before the native library is loaded. Only the main thread has the environment itself;
 * others have a copy, of which the library sees nothing.
 */
export function disableTelemetry(): void {
  if (isMainThread) env[SWITCH] = '1'
}

/** Whether nothing is sent, as far as this thread can tell. */
export function isTelemetryDisabled(): boolean {
  return YES.test(env[SWITCH] ?? '')
}

/** How to disable it where yuju cannot. */
export const TELEMETRY_CURE =
  `set ${SWITCH}=1 in the environment the program is started with, or in process.env on its main ` +
  'thread before it starts this one'

/** @throws RuntimeError where the native library would end the process. */
export function requireShortCommandLine(): void {
  if (isTelemetryDisabled() || commandLineBytes() <= LONGEST_COMMAND_LINE) return
  throw new RuntimeError(
    'runtime-command-line',
    'onnxruntime-node would end the program in this worker thread, for its long command line',
  )
}

/** 0 where the system does not show the command line as a file. */
function commandLineBytes(): number {
  try {
    return readFileSync('/proc/self/cmdline').length
  } catch {
    return 0
  }
}
