import { env } from 'onnxruntime-common'
import { RuntimeError } from '../errors/index.ts'
import type { Backend } from './constants.ts'
import type { LoadedRuntime } from './local-session.ts'
import {
  disableTelemetry,
  isTelemetryDisabled,
  requireShortCommandLine,
  TELEMETRY_CURE,
} from './telemetry.ts'

/** How to get the native runtime; its script downloads what many networks block, and yuju does not use. */
const NATIVE_CURE =
  'install it with: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node (on Windows: set ' +
  'ONNXRUNTIME_NODE_INSTALL=skip first)'

/**
 * Loads the requested runtime; by default the native one, and WebAssembly, with a warning, where the
 * native one is not installed (it is an optional dependency) or does not load on this system.
 * @throws RuntimeError when it cannot be loaded.
 */
export async function loadRuntime(requested?: Backend): Promise<LoadedRuntime> {
  if (requested === 'wasm') return loadWeb([])
  if (requested === 'webgpu') {
    throw new RuntimeError(
      'runtime-webgpu',
      "WebGPU is there in browsers only, with yuju/web; use 'native' or 'wasm'",
    )
  }
  try {
    return await loadNative()
  } catch (cause) {
    if (requested === undefined) return loadWeb([fallbackWarning(cause)])
    throw new RuntimeError(
      'runtime-native-missing',
      `${nativeFailure(cause)}; ${cureOf(cause)}, or omit backend to use 'wasm'`,
      { cause },
    )
  }
}

async function loadNative(): Promise<LoadedRuntime> {
  disableTelemetry()
  requireShortCommandLine()
  const { default: runtime } = await import('onnxruntime-node')
  const warnings = isTelemetryDisabled()
    ? []
    : [`ONNX Runtime may report to Microsoft from this thread; to stop it, ${TELEMETRY_CURE}`]
  return { backend: 'native', runtime, warnings }
}

async function loadWeb(warnings: readonly string[]): Promise<LoadedRuntime> {
  try {
    return { backend: 'wasm', runtime: await import('onnxruntime-web'), warnings }
  } catch (cause) {
    throw new RuntimeError(
      'runtime-missing',
      'neither onnxruntime-node nor onnxruntime-web could be loaded; reinstall yuju',
      { cause },
    )
  }
}

function fallbackWarning(cause: unknown): string {
  return (
    `${nativeFailure(cause)}, so that the model runs in WebAssembly, several times slower; ` +
    `${cureOf(cause)}, or choose the backend wasm to see this no more`
  )
}

function nativeFailure(cause: unknown): string {
  const isMissing = codeOf(cause) === 'ERR_MODULE_NOT_FOUND'
  if (isMissing) return 'onnxruntime-node is not installed'
  if (cause instanceof RuntimeError) return cause.message
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
  return `onnxruntime-node could not be loaded (${reason.slice(0, 300)})`
}

function cureOf(cause: unknown): string {
  return cause instanceof RuntimeError ? TELEMETRY_CURE : NATIVE_CURE
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}

/** The version of ONNX Runtime's interface. */
export function runtimeVersion(): string {
  return env.versions.common
}
