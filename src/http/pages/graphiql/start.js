// Starts GraphiQL for Guildhall. Kept apart from the page so that the content security policy
// can forbid inline scripts, and apart from graphiql.js so that this part can be read.
//
// The tabs come from /graphiql/tabs.json: an array of { title?, query, variables?, headers? }.
// GraphiQL names a tab after its operation; `title` is shown as a comment above the query.
(function () {
  'use strict';

  const { createElement, createRoot, GraphiQL } = window.GraphiQLBundle;

  // Only how the page looks is remembered between visits. Queries, variables and headers are not:
  // they may hold passwords or tokens, and old ones would hide the tabs this server offers.
  const REMEMBERED = ['theme', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex'].map(
    (name) => `graphiql:${name}`,
  );

  // GraphiQL 4 puts the query of the first default tab into its editor, but not its variables and
  // headers: those it takes from storage only, so the first tab is laid there.
  function rememberLooksOnly(first) {
    const memory = new Map();
    for (const part of ['query', 'variables', 'headers']) {
      if (first?.[part]) memory.set(`graphiql:${part}`, first[part]);
    }
    const disk = (key, act) => {
      if (!REMEMBERED.includes(key)) return null;
      try {
        return act(window.localStorage);
      } catch {
        return null; // storage is refused or full: the page works without it
      }
    };
    return {
      getItem: (key) => memory.get(key) ?? disk(key, (s) => s.getItem(key)),
      setItem: (key, value) => {
        memory.set(key, value);
        disk(key, (s) => s.setItem(key, value));
      },
      removeItem: (key) => {
        memory.delete(key);
        disk(key, (s) => s.removeItem(key));
      },
      clear: () => {
        memory.clear();
        for (const key of REMEMBERED) disk(key, (s) => s.removeItem(key));
      },
      get length() {
        return memory.size;
      },
    };
  }

  function isSubscription(params, options) {
    const operations = options?.documentAST?.definitions ?? [];
    return operations.some(
      ({ operation, name }) =>
        operation === 'subscription' && (!params.operationName || name?.value === params.operationName),
    );
  }

  // A subscription has a socket of its own, which ends with it. The protocol is graphql-transport-ws.
  function subscribe(params, headers = {}) {
    const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
    return {
      subscribe(observer) {
        const url = new URL('/graphql/socket', window.location.href);
        url.protocol = url.protocol.replace('http', 'ws');
        const socket = new WebSocket(url, 'graphql-transport-ws');
        const say = (message) => socket.send(JSON.stringify(message));
        const end = (errors) => {
          socket.onclose = null;
          socket.close();
          if (errors) observer.next({ errors });
          observer.complete();
        };
        socket.onopen = () => say({ type: 'connection_init', payload: given && { authorization: given[1] } });
        socket.onclose = ({ code, reason }) =>
          end([{ message: `The server closed the socket: ${reason || code}.` }]);
        socket.onmessage = ({ data }) => {
          const { type, payload } = JSON.parse(data);
          if (type === 'connection_ack') say({ type: 'subscribe', id: '1', payload: params });
          else if (type === 'ping') say({ type: 'pong' });
          else if (type === 'next') observer.next(payload);
          else if (type === 'error') end(payload);
          else if (type === 'complete') end();
        };
        return { unsubscribe: () => end() };
      },
    };
  }

  async function send(params, options) {
    if (isSubscription(params, options)) return subscribe(params, options.headers);
    const response = await fetch('/graphql', {
      method: 'POST',
      credentials: 'same-origin',
      headers: {
        ...options?.headers,
        Accept: 'application/graphql-response+json, application/json',
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(params),
    });
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      const message = `The server answered ${response.status} ${response.statusText} without JSON.`;
      return { errors: [{ message, extensions: { body: text.slice(0, 1000) } }] };
    }
  }

  function asText(value) {
    if (value === undefined || value === null || value === '') return null;
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  }

  function tab({ title, query, variables, headers }) {
    const told = !title || query.trimStart().startsWith('#');
    return {
      query: told ? query : `# ${title.replace(/\s+/g, ' ')}\n${query}`,
      variables: asText(variables),
      headers: asText(headers),
    };
  }

  async function tabs() {
    const response = await fetch('/graphiql/tabs.json', { credentials: 'same-origin' });
    if (!response.ok) throw new Error(`tabs.json: ${response.status}`);
    return (await response.json()).map(tab);
  }

  // Pages link here with the query that asks for what they show. It is shown, and not run; what would change something
  // is not even shown, as anybody can write a link.
  function linked() {
    const query = new URLSearchParams(window.location.search).get('query');
    return query && !/\bmutation\b/.test(query) ? [tab({ query })] : [];
  }

  async function start() {
    let defaultTabs = linked();
    try {
      defaultTabs.push(...(await tabs()));
    } catch (error) {
      console.warn('GraphiQL starts without example tabs.', error);
    }
    if (defaultTabs.length === 0) defaultTabs = undefined;
    const page = document.getElementById('graphiql');
    page.textContent = '';
    createRoot(page).render(
      createElement(
        GraphiQL,
        {
          fetcher: send,
          storage: rememberLooksOnly(defaultTabs?.[0]),
          defaultTabs,
          defaultQuery: '# Write a query and press Ctrl+Enter (Cmd+Enter on a Mac) to run it.\n',
          defaultEditorToolsVisibility: defaultTabs?.some((t) => t.variables) ? 'variables' : undefined,
          isHeadersEditorEnabled: true,
          shouldPersistHeaders: false,
          showPersistHeadersSettings: false,
          maxHistoryLength: 50,
        },
        createElement(
          GraphiQL.Logo,
          null,
          createElement('a', { href: '/', className: 'guildhall-name' }, 'Guildhall'),
        ),
      ),
    );
  }

  start();
})();
