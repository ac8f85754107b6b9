/** One item of the conversation; drawn again only when it changed. */
import { Component } from 'preact';
import type { Item, ToolItem } from '../../transcript/items.ts';
import type { AnswerState } from '../client/answers.ts';
import { strings } from '../strings.ts';
import { prose } from './exact-text.ts';
import { LongText } from './long-text.tsx';
import { MessageText } from './message-text.tsx';
import { NestedSteps } from './nested-steps.tsx';
import { PromptView } from './prompt-view.tsx';
import { QuestionRow } from './question-row.tsx';
import type { ToolQuestion } from '../../transcript/asked.ts';
import { BlockView } from './block-view.tsx';
import { CompactionView, NoticeView, PlanView, ThoughtView, UnknownView } from './small-items.tsx';
import { ToolView } from './tool-view.tsx';

export interface ItemViewProps {
  item: Item;
  cwd: string;
  /** It is the last one and the agent works. */
  growing: boolean;
  /** A prompt of this surface itself. */
  own: boolean;
  /** The question about a call. */
  asked: ToolQuestion | undefined;
  /** The call that a question is about. */
  tool: ToolItem | undefined;
  answer: AnswerState | undefined;
  onAgain: ((promptId: string) => void) | undefined;
  /** Where a subagent works for this call. */
  steps?: StepsUnder | undefined;
}

export interface StepsUnder {
  under: ReadonlyMap<string, readonly Item[]>;
  /** Questions about calls, by `toolCallId`. */
  asked: ReadonlyMap<string, ToolQuestion>;
  /** The item that was looked for is among them. */
  wanted: boolean;
}

/** Items keep their identity until a fact changes them, so comparing the props is enough. */
export class ItemView extends Component<ItemViewProps> {
  override shouldComponentUpdate(next: ItemViewProps): boolean {
    const keys = Object.keys(next) as (keyof ItemViewProps)[];
    return keys.some((key) => key !== 'onAgain' && next[key] !== this.props[key]);
  }

  override render({ item, cwd, growing, own, asked, tool, answer }: ItemViewProps) {
    switch (item.kind) {
      case 'prompt': {
        const again = this.props.onAgain;
        return (
          <PromptView item={item} own={own} onAgain={again && (() => this.props.onAgain?.(item.promptId))} />
        );
      }
      case 'message':
        return (
          <div class={item.role === 'user' ? 'prompt' : 'agent'}>
            {item.role === 'user' ? (
              <div class="me">
                <LongText text={prose(item.text)} />
              </div>
            ) : (
              <MessageText text={item.text} growing={growing} />
            )}
            {item.blocks.map((block, index) => (
              <BlockView key={index} block={block} cwd={cwd} />
            ))}
            {item.role === 'user' && <div class="by">{strings.earlierMessage}</div>}
          </div>
        );
      case 'thought':
        return <ThoughtView item={item} growing={growing} />;
      case 'tool':
        return (
          <ToolView item={item} cwd={cwd} asked={asked}>
            {this.props.steps && <Steps item={item} cwd={cwd} steps={this.props.steps} />}
          </ToolView>
        );
      case 'plan':
        return <PlanView item={item} />;
      case 'question':
        return <QuestionRow item={item} tool={tool} answer={answer} />;
      case 'notice':
        return <NoticeView item={item} />;
      case 'compaction':
        return <CompactionView item={item} />;
      case 'unknown':
        return <UnknownView item={item} />;
    }
  }
}

function Steps({ item, cwd, steps }: { item: ToolItem; cwd: string; steps: StepsUnder }) {
  const items = steps.under.get(item.toolCallId) ?? [];
  const running = item.status === 'in_progress' || item.status === 'pending';
  return (
    <NestedSteps
      items={items}
      running={running}
      cwd={cwd}
      wanted={steps.wanted}
      view={(child) => (
        <ItemView
          key={child.id}
          item={child}
          cwd={cwd}
          growing={running && child === items.at(-1)}
          own={false}
          asked={child.kind === 'tool' ? steps.asked.get(child.toolCallId) : undefined}
          tool={undefined}
          answer={undefined}
          onAgain={undefined}
          steps={child.kind === 'tool' && steps.under.has(child.toolCallId) ? steps : undefined}
        />
      )}
    />
  );
}
