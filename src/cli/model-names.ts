import { basename, resolve } from 'node:path'
import { isHubId } from '../checkpoint/hub/index.ts'

/**
 * What reports call models: a folder by its last part, a model of the hub by its id. Where names
 * would be the same they are as they were given, and where those are, they are counted.
 */
export function modelNames(models: readonly string[]): readonly string[] {
  const short = models.map((model) => (isHubId(model) ? model : basename(resolve(model))))
  const names = areDistinct(short) ? short : models
  if (areDistinct(names)) return names
  return names.map((name, index) => {
    const earlier = names.slice(0, index).filter((other) => other === name).length
    return earlier === 0 ? name : `${name} (${earlier + 1})`
  })
}

function areDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}
