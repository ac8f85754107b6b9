/** First of all imports: zod must not build code from strings, which the page's policy forbids. */
import * as z from 'zod/v4';

z.config({ jitless: true });
