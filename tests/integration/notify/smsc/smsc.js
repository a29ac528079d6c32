// An SMSC for tests: node smsc.js PORT. Prints one JSON line per submit. Numbers ending in 444 are throttled, in 445 unknown;
// at one ending in 446 the account is refused, at 447 it hangs up instead of answering. Every accepted message gets a
// receipt, and one that asks for an answer ("请回复") gets the reply 1.
const smpp = require('smpp');

let count = 0;
const text = pdu => {
  const payload = pdu.message_payload || pdu.short_message;
  return payload.message || payload;
};

const server = smpp.createServer({}, session => {
  session.on('error', () => session.close());
  session.on('bind_transceiver', pdu => {
    const known = pdu.password === 'secret';
    session.send(pdu.response(known ? { system_id: 'SMSC' } : { command_status: smpp.ESME_RBINDFAIL }));
  });
  session.on('submit_sm', pdu => {
    const ending = pdu.destination_addr.slice(-3);
    if (ending === '447') {
      session.destroy();
      return;
    }
    const refusal = { 444: smpp.ESME_RTHROTTLED, 445: smpp.ESME_RINVDSTADR, 446: smpp.ESME_RINVSRCADR }[ending];
    if (refusal) {
      session.send(pdu.response({ command_status: refusal }));
      return;
    }
    const id = `m${++count}`;
    session.send(pdu.response({ message_id: id }));
    console.log(JSON.stringify({ id, to: pdu.destination_addr, text: String(text(pdu)) }));
    session.deliver_sm({
      source_addr: pdu.destination_addr,
      destination_addr: pdu.source_addr,
      esm_class: 4,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:2611230900 done date:2611230901 stat:DELIVRD err:000 text:`,
    });
    if (String(text(pdu)).includes('请回复')) {
      session.deliver_sm({ source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, short_message: '1' });
    }
  });
  session.on('enquire_link', pdu => session.send(pdu.response()));
  session.on('unbind', pdu => { session.send(pdu.response()); session.close(); });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
