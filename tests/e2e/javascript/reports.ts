// A department's system on types generated from intake's OpenAPI document: it compiles strictly, and reports a fact.
import createClient from "openapi-fetch";

import type { components, paths } from "./intake.js";

declare const process: { env: Record<string, string> };
type FactEvent = components["schemas"]["FactEvent"];

const { INTAKE_URL: baseUrl, API_KEY: key, ID: id, TIME: time, ORDER_NO: order_no } = process.env as Record<string, string>;
const completed: FactEvent = {
  specversion: "1.0",
  id: id!,
  source: "mes",
  time: time!,
  type: "production.production_completed.v1",
  data: { order_no: order_no!, completed_at: time!, quantity_ok: 24 },
};
// @ts-expect-error: the data of one fact are not those of another, which its type tells apart.
const mistaken: FactEvent = { ...completed, type: "sales.order_withdrawn.v1" };
// @ts-expect-error: no fact has this type.
const unknown: FactEvent = { ...completed, type: "production.sun_shone.v1" };
void [mistaken, unknown];

const client = createClient<paths>({ baseUrl: baseUrl!, headers: { "X-API-Key": key! } });
const { data, error, response } = await client.POST("/facts", {
  headers: { "Content-Type": "application/cloudevents+json" },
  body: completed,
});
const stage = data && "stage" in data ? data.stage : error?.code;
console.log(JSON.stringify({ status: response.status, stage }));
