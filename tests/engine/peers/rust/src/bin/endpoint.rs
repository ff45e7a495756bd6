//! An endpoint of any version on the crate `ocpp-kit`, whose strict types check every message, both ways. Its option
//! `--version`, its lines and its orders: see `py_endpoint.py`.

use independent_charge_points::typed::{Half, typed};
use independent_charge_points::{Options, Version, say};
use ocpp_kit::RawValue;
use ocpp_kit::engine::{CallOptions, IncomingRequest};
use ocpp_kit::rpc::CallError;
use ocpp_kit::transport::{AcceptEveryStation, BoxFuture, Csms, CsmsHandle, Ctx, Event, Handler, SessionEvent};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::net::TcpListener;

struct Answers(Version);

impl Handler for Answers {
    fn on_request(&self, _: Ctx, request: IncomingRequest) -> BoxFuture<'_, Result<Box<RawValue>, CallError>> {
        Box::pin(async move {
            let action = request.action.as_str();
            let payload: Value = serde_json::from_str(request.payload.get()).expect("it was read before");
            say(json!({"came": action, "payload": payload}));
            typed(self.0, Half::Request, action, &request.payload).map_err(|error| {
                say(json!({"fault": format!("{action}: {error}")}));
                CallError::from(error)
            })?;
            let answer = to_raw_value(&answer(self.0, action)).expect("a value is JSON");
            typed(self.0, Half::Response, action, &answer).map_err(CallError::from)
        })
    }
}

fn answer(version: Version, action: &str) -> Value {
    let accepted = json!({"status": "Accepted"});
    let allowed = if version == Version::V16 { "idTagInfo" } else { "idTokenInfo" };
    let time = jiff::Timestamp::now().to_string();
    match action {
        "Authorize" => json!({allowed: accepted}),
        "BootNotification" => json!({"currentTime": time, "interval": 300, "status": "Accepted"}),
        "Heartbeat" => json!({"currentTime": time}),
        "SignCertificate" => accepted,
        "StartTransaction" => json!({"transactionId": 4711, allowed: accepted}),
        _ => json!({}),
    }
}

/// Tells what a connection is accused of, and its end.
async fn listen(csms: CsmsHandle) {
    let mut sessions = csms.events();
    while let Ok(event) = sessions.recv().await {
        match event {
            SessionEvent::Opened { identity, .. } => {
                let Some(handle) = csms.session(&identity).await else { continue };
                let mut events = handle.events();
                tokio::spawn(async move {
                    while let Ok(event) = events.recv().await {
                        match event {
                            Event::Violation(violation) => say(json!({"fault": format!("{violation:?}")})),
                            Event::ResultRejected { error, .. } => say(json!({"fault": error.to_string()})),
                            _ => {}
                        }
                    }
                });
            }
            SessionEvent::Closed { identity, .. } => say(json!({"gone": identity.as_str()})),
            SessionEvent::Refused { status, .. } => say(json!({"fault": format!("refused: {status}")})),
            _ => {}
        }
    }
}

async fn ask(version: Version, csms: &CsmsHandle, order: &Value) -> Result<Value, String> {
    let action = order["action"].as_str().ok_or("no action")?.to_owned();
    let payload = to_raw_value(&order["payload"]).map_err(|error| error.to_string())?;
    let payload = typed(version, Half::Request, &action, &payload).map_err(|error| error.to_string())?;
    let identity = csms.sessions().await.pop().ok_or("nobody is there")?;
    let handle = csms.session(&identity).await.ok_or("nobody is there")?;
    let answer = handle.call_raw(&action, payload, CallOptions::default()).await;
    let answer = answer.map_err(|error| error.to_string())?.into_payload().ok_or("no payload")?;
    typed(version, Half::Response, &action, &answer).map_err(|error| error.to_string())?;
    serde_json::from_str(answer.get()).map_err(|error| error.to_string())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let version = Options::read().version();
    let spoken = match version {
        Version::V16 => ocpp_kit::Version::V1_6,
        Version::V201 => ocpp_kit::Version::V2_0_1,
        Version::V21 => ocpp_kit::Version::V2_1,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let csms = Csms::builder().bind(address).versions([spoken]).authenticate(AcceptEveryStation);
    let csms = csms.handler(Answers(version)).build().expect("an endpoint");
    let handle = csms.handle();
    tokio::spawn(listen(handle.clone()));
    say(json!({"listening": address.port()}));
    tokio::spawn(csms.serve_on(listener));
    let mut orders = BufReader::new(stdin()).lines();
    while let Ok(Some(line)) = orders.next_line().await {
        let order: Value = serde_json::from_str(&line).expect("an order is JSON");
        match ask(version, &handle, &order).await {
            Ok(answer) => say(json!({"answer": answer})),
            Err(why) => say(json!({"error": why})),
        }
    }
}
