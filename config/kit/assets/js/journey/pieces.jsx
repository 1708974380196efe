// What is drawn on the canvas: cards, ways with a "+" on them, notes, and the list of kinds to choose from.
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, Handle, Position } from '@xyflow/react';
import { createContext, memo, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ports, target } from './graph.js';

export const Desk = createContext(null);
export const useDesk = () => useContext(Desk);

export const Icon = ({ name }) => {
  const { icons } = useDesk();
  return <svg className="icon" aria-hidden="true"><use href={`${icons}#${name}`} /></svg>;
};

// Only this part is drawn anew when numbers come in, so the focus stays where it is.
const Figures = ({ name }) => {
  const { store, words } = useDesk();
  useSyncExternalStore(store.subscribe, () => store.state.measured);
  const found = store.figures[name] ?? { entered: 0, waiting: 0, failed: 0 };
  return (
    <span className="counts" data-figures={name}>
      <span>{words.entered} <b>{found.entered}</b></span>
      <span className="waits">{words.waiting} <b>{found.waiting}</b></span>
      <span className="fails">{words.failed} <b>{found.failed}</b></span>
    </span>
  );
};

const Said = ({ port }) => <span className="counts">{port}</span>;

export const Card = memo(({ id, data, selected }) => {
  const { kinds, words, act, readonly } = useDesk();
  const kind = kinds[data.node.do] ?? { text: data.node.do, icon: 'circle-dot', level: '' };
  const ways = ports(data.node);
  const state = `${data.change ?? ''} ${selected ? 'on' : ''} ${data.connecting ? 'walked' : ''}`;
  const faults = data.issues.length ? `, ${data.issues.length} ${words.issues}: ${data.issues.join(' ')}` : '';
  const changed = data.change ? `, ${words[data.change]}` : '';
  return (
    <>
      <Handle type="target" position={Position.Top} id="in" isConnectable={!readonly} />
      <div className={`node ${state}`} role="group" tabIndex={data.here ? 0 : -1} data-node={id} aria-label={`${kind.text} ${id}. ${data.said}${faults}${changed}`} onFocus={() => act.stand(id)}>
        <span className={`dot ${kind.level}`}><Icon name={kind.icon} /></span>
        <span className="title"><b>{id}</b><small>{kind.text}{data.said && ` · ${data.said}`}</small></span>
        {data.mode === 'metrics' ? <Figures name={id} /> : <Said port={data.issues[0] ?? ''} />}
        {(data.issues.length > 0 || data.change) && <span className="flag">{data.change && <span className="badge">{words[data.change]}</span>}{data.issues.length > 0 && <span className="badge bad"><Icon name="circle-alert" />{data.issues.length}</span>}</span>}
      </div>
      {ways.map((port, at) => {
        const left = `${((at + 1) * 100) / (ways.length + 1)}%`;
        return (
          <span key={port}>
            <Handle type="source" position={Position.Bottom} id={port} style={{ left }} isConnectable={!readonly} />
            {!readonly && data.mode === 'edit' && !target(data.node, port) && <button type="button" tabIndex={-1} className="flow-plus nodrag nopan" style={{ left: `calc(${left} - 12px)`, top: '100%', marginTop: 10 }} aria-label={`${words.add} ${id} ${act.portText(data.node, port)}`} onClick={() => act.pick({ after: id, port })}>+</button>}
          </span>
        );
      })}
    </>
  );
});

export const Way = memo(({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, markerEnd, data }) => {
  const { words, act, readonly } = useDesk();
  const [path, x, y] = getSmoothStepPath({ sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition, borderRadius: 8 });
  const style = { transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` };
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} />
      <EdgeLabelRenderer>
        <div className="flow-label nodrag nopan" style={style}>
          {data.text && <span>{data.text}</span>}
          {!readonly && data.mode === 'edit' && <button type="button" tabIndex={-1} className="flow-plus" aria-label={`${words.add} ${data.after} ${data.text}`} onClick={() => act.pick({ after: data.after, port: data.port })}>+</button>}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});

export const Note = memo(({ id, data }) => {
  const { act, words, readonly } = useDesk();
  const [text, setText] = useState(data.text);
  useEffect(() => setText(data.text), [data.text]);
  return <div className="flow-note"><textarea className="nodrag" tabIndex={-1} aria-label={words.note} value={text} readOnly={readonly} onChange={(event) => setText(event.target.value)} onBlur={() => act.write(id, text)} /></div>;
});

export function Picker({ options, label, onPick, onClose }) {
  const [asked, setAsked] = useState('');
  const [at, setAt] = useState(0);
  const field = useRef(null);
  useEffect(() => field.current.focus(), []);
  const found = options.filter((option) => `${option.text} ${option.key}`.toLowerCase().includes(asked.toLowerCase()));
  const key = (event) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onClose();
    if (event.key === 'Enter' && found[at]) { event.preventDefault(); onPick(found[at].key); }
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1));
    if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
  };
  return (
    <div className="flow-picker" role="dialog" aria-label={label} onKeyDown={key}>
      <input ref={field} className="in" type="text" aria-label={label} placeholder={label} value={asked} onChange={(event) => { setAsked(event.target.value); setAt(0); }} />
      <ul>{found.map((option, place) => <li key={option.key}><button type="button" aria-current={place === at} onClick={() => onPick(option.key)}>{option.icon && <Icon name={option.icon} />}{option.text}</button></li>)}</ul>
    </div>
  );
}
