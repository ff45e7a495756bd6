//! A charge point of any version on the crate `ocpp-kit`, whose strict types check every message, both ways. Its options:
//! see the library.

use std::time::Duration;

use independent_charge_points::typed::{Half, odd, typed};
use independent_charge_points::{End, Options, Shared, Then, Version, Wire, live, say};
use ocpp_kit::RawValue;
use ocpp_kit::engine::{CallOptions, IncomingRequest};
use ocpp_kit::rpc::CallError;
use ocpp_kit::transport::{
    BasicAuthPassword, BoxFuture, ClientTls, Ctx, Event, Handle, Handler, SecurityProfile, Station,
};
use serde_json::Value;
use serde_json::value::to_raw_value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

struct Answers {
    version: Version,
    charger: Shared,
    todo: UnboundedSender<Then>,
}

impl Handler for Answers {
    fn on_request(&self, _: Ctx, request: IncomingRequest) -> BoxFuture<'_, Result<Box<RawValue>, CallError>> {
        Box::pin(async move {
            let action = request.action.as_str();
            typed(self.version, Half::Request, action, &request.payload).map_err(|error| {
                odd(action, &error);
                CallError::from(error)
            })?;
            let asked: Value = serde_json::from_str(request.payload.get()).expect("it was read before");
            let answered = self.version.answer(&mut self.charger.car(), action, &asked);
            let (answer, then) = answered.ok_or_else(|| CallError::not_supported(action))?;
            let answer = to_raw_value(&answer).expect("a value is JSON");
            let answer = typed(self.version, Half::Response, action, &answer)
                .map_err(|error| CallError::internal(odd(action, error)))?;
            if let Some(then) = then {
                let _ = self.todo.send(then);
            }
            Ok(answer)
        })
    }
}

/// Tells what happens to a connection.
async fn listen(mut events: Receiver<Event>) {
    while let Ok(event) = events.recv().await {
        match event {
            Event::Connected { .. } => say("connected"),
            Event::Violation(violation) => drop(odd("rpc", format_args!("{violation:?}"))),
            Event::ResultRejected { error, .. } => drop(odd("result", error)),
            _ => {}
        }
    }
}

struct Connection {
    version: Version,
    handle: Handle,
}

impl Wire for Connection {
    async fn call(&self, action: &'static str, payload: Value) -> Result<Value, String> {
        let payload = to_raw_value(&payload).expect("a value is JSON");
        let payload = typed(self.version, Half::Request, action, &payload).map_err(|error| odd(action, error))?;
        let answer = self.handle.call_raw(action, payload, CallOptions::default()).await;
        let answer = answer.map_err(|error| format!("{action}: {error}"))?.into_payload().expect("a call is answered");
        typed(self.version, Half::Response, action, &answer).map_err(|error| odd(action, error))?;
        Ok(serde_json::from_str(answer.get()).expect("it was read before"))
    }

    async fn alive(&self) -> bool {
        self.handle.state().connected
    }

    async fn wait(&self, _: u64) -> bool {
        // It boots again by itself.
        self.handle.wait_ready().await
    }

    async fn close(&self) {
        self.handle.shutdown(Duration::from_secs(1)).await;
    }
}

fn security(given: &Options) -> (SecurityProfile, Option<ClientTls>) {
    let Some(ca) = given.get("--ca") else { return (SecurityProfile::BasicAuth, None) };
    let tls = ClientTls::builder().root_file(ca).expect("a root certificate");
    match given.get("--cert") {
        Some(cert) => {
            let tls = tls.client_certificate(cert, given.need("--key")).expect("a certificate and its key");
            (SecurityProfile::TlsClientCertificate, Some(tls.build().expect("TLS")))
        }
        None => (SecurityProfile::TlsBasicAuth, Some(tls.build().expect("TLS"))),
    }
}

fn connect(given: &Options, charger: &Shared, todo: UnboundedSender<Then>) -> Connection {
    let version = given.version();
    let offered = match version {
        Version::V16 => ocpp_kit::Version::V1_6,
        Version::V201 => ocpp_kit::Version::V2_0_1,
        Version::V21 => ocpp_kit::Version::V2_1,
    };
    let (profile, tls) = security(given);
    let mut station = Station::builder()
        .identity(given.need("--id"))
        .expect("a plain id")
        .url(given.need("--url").trim_end_matches('/'))
        .versions([offered])
        .security_profile(profile)
        .password(BasicAuthPassword::raw(given.get("--password").unwrap_or_default()))
        .reconnect(false)
        .handler(Answers { version, charger: charger.clone(), todo });
    if let Some(tls) = tls {
        station = station.tls(tls);
    }
    let handle = station.build().expect("a station").spawn().expect("it runs");
    tokio::spawn(listen(handle.events()));
    Connection { version, handle }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let given = Options::read();
    let charger = Shared::new(given.car());
    let mut reason = "PowerUp";
    loop {
        let (send, mut todo) = unbounded_channel();
        let connection = connect(&given, &charger, send);
        let end = live(connection.version, &charger, &connection, &mut todo, reason).await;
        say(end.as_ref().map_or_else(|error| format!("closed: {error}"), |_| "closed".to_owned()));
        if end != Ok(End::Reset) {
            return;
        }
        reason = "RemoteReset";
        sleep(Duration::from_millis(200)).await;
    }
}
