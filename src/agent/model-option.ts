/** Models of an agent that has the older `models` for them and no config option: users see the same either way. */

/** Of the option that stands for the models. */
export const modelOptionId = 'model';

/** ACP's former SessionModelState, as the agent last said it. */
export interface ModelState {
  availableModels: { modelId: string; name: string; description?: string }[];
  currentModelId: string;
}

/**
 * The state in an answer to session/new, session/load or session/resume; undefined where there is none, or where
 * models are an option already (Codex has both). Gemini CLI 0.61 has `models` and no options.
 */
export function modelState(answer: {
  models?: unknown;
  configOptions?: readonly unknown[] | null | undefined;
}): ModelState | undefined {
  if (answer.configOptions?.some((option) => record(option)['category'] === 'model')) return undefined;
  const { availableModels, currentModelId } = record(answer.models);
  if (typeof currentModelId !== 'string' || !Array.isArray(availableModels)) return undefined;
  const models = availableModels.map(record).flatMap(({ modelId, name, description }) => {
    if (typeof modelId !== 'string') return [];
    const said = typeof description === 'string' ? { description } : {};
    return [{ modelId, name: typeof name === 'string' ? name : modelId, ...said }];
  });
  return { availableModels: models, currentModelId };
}

/** ACP's SessionConfigOption for it. */
export function modelOption({ availableModels, currentModelId }: ModelState): Record<string, unknown> {
  // Gemini CLI runs a model that it does not list where it was started with one.
  const listed = availableModels.some(({ modelId }) => modelId === currentModelId);
  const own = listed ? [] : [{ modelId: currentModelId, name: currentModelId }];
  return {
    ...{ type: 'select', id: modelOptionId, name: 'Model', category: 'model', currentValue: currentModelId },
    options: [...own, ...availableModels].map(({ modelId, ...said }) => ({ value: modelId, ...said })),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
