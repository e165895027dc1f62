import { env } from 'onnxruntime-common'
import { RuntimeError } from '../errors/index.ts'
import type { LoadedRuntime } from './loaded-runtime.ts'
import type { Backend } from './session.ts'

/**
 * Loads the runtime asked for; without a wish the native one, and WebAssembly where the native one
 * is not installed (it is an optional dependency) or does not load on this system.
 * @throws RuntimeError when it cannot be loaded.
 */
export async function loadRuntime(wish?: Backend): Promise<LoadedRuntime> {
  if (wish === 'wasm') return loadWeb()
  if (wish === 'webgpu') {
    throw new RuntimeError(
      'runtime-webgpu',
      "WebGPU is there in browsers only, with yuju/web; use 'native' or 'wasm'",
    )
  }
  try {
    return { backend: 'native', runtime: (await import('onnxruntime-node')).default }
  } catch (cause) {
    if (wish === undefined) return loadWeb()
    throw new RuntimeError(
      'runtime-native-missing',
      "onnxruntime-node could not be loaded; install it, or leave backend out to use 'wasm'",
      { cause },
    )
  }
}

async function loadWeb(): Promise<LoadedRuntime> {
  try {
    return { backend: 'wasm', runtime: await import('onnxruntime-web') }
  } catch (cause) {
    throw new RuntimeError(
      'runtime-missing',
      'neither onnxruntime-node nor onnxruntime-web could be loaded; reinstall yuju',
      { cause },
    )
  }
}

/** The version of ONNX Runtime's interface. */
export function runtimeVersion(): string {
  return env.versions.common
}
