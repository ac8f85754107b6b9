/**
 * What the page uses of zod, in its own way of writing but made of zod/mini's parts: zod's classes bring each of their
 * methods along, which is a tenth of a phone's first load. The bundler puts this in the place of `zod/v4`.
 */
import * as mini from 'zod/mini';

export {
  array,
  boolean,
  config,
  custom,
  discriminatedUnion,
  enum,
  literal,
  looseObject,
  number,
  object,
  record,
  string,
  union,
  unknown,
} from 'zod/mini';

type Schema = mini.ZodMiniType;

// What stands on the prototype is bound to each schema, which is zod's own door for this.
Object.assign(mini.ZodMiniType.prototype as object, {
  optional(this: Schema) {
    return mini.optional(this);
  },
  nullable(this: Schema) {
    return mini.nullable(this);
  },
  default(this: Schema, value: unknown) {
    return mini._default(this, value);
  },
  catch(this: Schema, value: unknown) {
    return mini.catch(this, value);
  },
  extend(this: mini.ZodMiniObject, shape: Record<string, Schema>) {
    return mini.extend(this, shape);
  },
  min(this: Schema, least: number) {
    return this.check(this.type === 'number' ? mini.gte(least) : mini.minLength(least));
  },
  max(this: Schema, most: number) {
    return this.check(this.type === 'number' ? mini.lte(most) : mini.maxLength(most));
  },
  length(this: Schema, exact: number) {
    return this.check(mini.length(exact));
  },
  regex(this: Schema, pattern: RegExp) {
    return this.check(mini.regex(pattern));
  },
  int(this: Schema) {
    return this.check(mini.int());
  },
});
