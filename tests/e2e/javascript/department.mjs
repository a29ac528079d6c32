// A department's system on the official CloudEvents SDK and amqplib: it reports the events of its standard input, each
// in another mode, then reads what a subscriber would, and prints both as one JSON object.
import { readFileSync } from "node:fs";

import amqp from "amqplib";
import { CloudEvent, HTTP } from "cloudevents";

const { INTAKE_URL, API_KEY, INGRESS_URL, RABBIT_URL, DEPARTMENT } = process.env;
const events = JSON.parse(readFileSync(0)).map((each) => new CloudEvent(each));
const ways = ["HTTP, binary", "HTTP, structured", "HTTP, batch", "HTTP, batch", "AMQP, binary", "AMQP, structured"];
const turn = Object.fromEntries(ways.map((way) => [way, events.filter((_, place) => ways[place] === way)]));

async function post({ headers, body }) {
  const answer = await fetch(`${INTAKE_URL}/facts`, { method: "POST", headers: { ...headers, "X-API-Key": API_KEY }, body });
  return answer.status;
}

const bus = await amqp.connect(RABBIT_URL);
const subscriber = await bus.createChannel();
const { queue } = await subscriber.assertQueue("", { exclusive: true });
await subscriber.bindQueue(queue, "events", "#");
const wanted = new Set(events.map((event) => event.data.order_no));
const heard = [];
const all = new Promise((done) => {
  subscriber.consume(queue, ({ content, properties: { headers, contentType } }) => {
    const inHttp = Object.entries(headers).map(([name, said]) => [name.replace("cloudEvents:", "ce-"), String(said)]);
    const event = HTTP.toEvent({ headers: { "content-type": contentType, ...Object.fromEntries(inHttp) }, body: content.toString() });
    if (event.validate() && wanted.has(event.data.order_no)) heard.push(event.type);
    if (heard.length === events.length) done();
  }, { noAck: true });
});

const answers = [
  await post(HTTP.binary(turn["HTTP, binary"][0])),
  await post(HTTP.structured(turn["HTTP, structured"][0])),
  await post({
    headers: { "Content-Type": "application/cloudevents-batch+json; charset=utf-8" },
    body: JSON.stringify(turn["HTTP, batch"]),
  }),
];

const ingress = await amqp.connect(INGRESS_URL);
const channel = await ingress.createConfirmChannel();
const returned = [];
channel.on("return", (message) => returned.push(message.fields.replyText));
const [binary] = turn["AMQP, binary"];
const attributes = Object.entries(HTTP.binary(binary).headers).filter(([name]) => name.startsWith("ce-"));
const kept = { persistent: true, mandatory: true, userId: DEPARTMENT };
channel.publish(`in.${DEPARTMENT}`, binary.type, Buffer.from(JSON.stringify(binary.data)), {
  ...kept,
  contentType: "application/json",
  headers: Object.fromEntries(attributes.map(([name, said]) => [name.replace("ce-", "cloudEvents:"), said])),
});
const [structured] = turn["AMQP, structured"];
channel.publish(`in.${DEPARTMENT}`, structured.type, Buffer.from(structured.toString()), {
  ...kept,
  contentType: HTTP.structured(structured).headers["content-type"],
});
await channel.waitForConfirms();
await all;
await ingress.close();
await bus.close();
console.log(JSON.stringify({ answers, returned, heard: heard.length }));
