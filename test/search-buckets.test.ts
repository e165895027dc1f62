import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BucketServer, hasBucketServer } from './support/bucket-server.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { TINY } from './support/server-client.ts'
import { finished, start } from './support/yuju-command.ts'

test.skipIf(!hasBucketServer())(
  'a store in a bucket: index, index again, search',
  async () => {
    await using server = await BucketServer.start()
    await fetch(`${server.url}/stores`, { method: 'PUT' })
    const input = join(temporaryFolder(), 'texts.txt')
    writeFileSync(input, '花呗怎么还款\n北京到上海的高铁\n')
    const env = {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_S3: server.url,
    }
    const store = ['--store', 's3://stores/a/b', '--model', TINY, '--threads', '1', '--json']
    const index = () => finished(start(['index', '--input', input, ...store], env))
    const first = await index()
    expect(first.code, first.stderr).toBe(0)
    expect(JSON.parse(first.stdout)).toMatchObject({ read: 2, encoded: 2, records: 2 })
    expect(JSON.parse((await index()).stdout)).toMatchObject({ read: 2, encoded: 0, records: 2 })
    const found = await finished(start(['search', '高铁', ...store, '--hybrid', '--top', '1'], env))
    expect(JSON.parse(found.stdout)).toMatchObject({ text: '北京到上海的高铁' })
  },
  120_000,
)
