//! An OCPP 1.6J charge point on the crate `ocpp-client`, whose closed types check every message, both ways. Its options:
//! see the library.

use std::time::Duration;

use independent_charge_points::{End, Options, Shared, Then, Version, Wire, live, say};
use ocpp_client::ocpp_1_6::{self as actions, OCPP1_6Client, OCPP1_6Error};
use ocpp_client::ocpp_types::v16::RpcErrorCode;
use ocpp_client::{Action, ClientError, ConnectOptions, ReconnectBehavior, connect_1_6};
use serde_json::{Value, from_value, json, to_value};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

/// What is not as the types want it, in the platform's messages or in ours.
fn odd(action: &str, error: impl std::fmt::Display) -> String {
    let line = format!("schema {action}: {error}");
    say(&line);
    line
}

/// Answers calls of this action.
async fn answers<A: Action>(client: &OCPP1_6Client, charger: &Shared, todo: &UnboundedSender<Then>) {
    let (charger, todo) = (charger.clone(), todo.clone());
    let answer = move |asked: A::Request, _| {
        let refusal = |code, description: String| OCPP1_6Error { code, description, details: json!({}) };
        let asked = to_value(asked).expect("a type is JSON");
        let answered = Version::V16.answer(&mut charger.car(), A::NAME, &asked);
        let (answer, then) = match answered {
            Some((answer, then)) => (from_value::<A::Response>(answer), then),
            None => return std::future::ready(Err(refusal(RpcErrorCode::NotSupported, A::NAME.into()))),
        };
        if let Some(then) = then {
            let _ = todo.send(then);
        }
        std::future::ready(answer.map_err(|error| refusal(RpcErrorCode::InternalError, odd(A::NAME, error))))
    };
    client.on::<A, _, _>(answer).await;
}

struct Connection(OCPP1_6Client);

impl Connection {
    async fn typed<A: Action>(&self, payload: Value) -> Result<Value, String> {
        let request = from_value::<A::Request>(payload).map_err(|error| odd(A::NAME, error))?;
        let answer = self.0.call::<A>(request).await.map_err(|error| match error {
            ClientError::Decode(error) => odd(A::NAME, error),
            other => format!("{}: {other}", A::NAME),
        })?;
        to_value(answer).map_err(|error| odd(A::NAME, error))
    }
}

impl Wire for Connection {
    async fn call(&self, action: &'static str, payload: Value) -> Result<Value, String> {
        match action {
            "BootNotification" => self.typed::<actions::BootNotification>(payload).await,
            "DiagnosticsStatusNotification" => self.typed::<actions::DiagnosticsStatusNotification>(payload).await,
            "Heartbeat" => self.typed::<actions::Heartbeat>(payload).await,
            "LogStatusNotification" => self.typed::<actions::LogStatusNotification>(payload).await,
            "MeterValues" => self.typed::<actions::MeterValues>(payload).await,
            "StartTransaction" => self.typed::<actions::StartTransaction>(payload).await,
            "StatusNotification" => self.typed::<actions::StatusNotification>(payload).await,
            "StopTransaction" => self.typed::<actions::StopTransaction>(payload).await,
            other => Err(odd(other, "it is never called")),
        }
    }

    async fn alive(&self) -> bool {
        self.0.send_ping().await.is_ok()
    }

    async fn wait(&self, interval_s: u64) -> bool {
        sleep(Duration::from_secs(interval_s)).await;
        false
    }

    async fn close(&self) {
        let _ = self.0.disconnect().await;
    }
}

async fn connect(given: &Options, charger: &Shared, todo: &UnboundedSender<Then>) -> Connection {
    let address = format!("{}/{}", given.need("--url").trim_end_matches('/'), given.need("--id"));
    let options = ConnectOptions {
        username: given.get("--password").map(|_| given.need("--id")),
        password: given.get("--password").map(str::as_bytes),
        reconnect: ReconnectBehavior::Disabled,
        ..Default::default()
    };
    let client = connect_1_6(&address, Some(options)).await.expect("it connects");
    say("connected");
    macro_rules! answer {
        ($($action:ident),*) => { $(answers::<actions::$action>(&client, charger, todo).await;)* };
    }
    answer!(
        ChangeConfiguration,
        ClearChargingProfile,
        GetCompositeSchedule,
        GetConfiguration,
        GetDiagnostics,
        GetLog,
        RemoteStartTransaction,
        RemoteStopTransaction,
        Reset,
        SetChargingProfile,
        TriggerMessage
    );
    Connection(client)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let given = Options::read();
    let charger = Shared::new(given.car());
    loop {
        let (send, mut todo) = unbounded_channel();
        let connection = connect(&given, &charger, &send).await;
        let end = live(Version::V16, &charger, &connection, &mut todo, "").await;
        say(end.as_ref().map_or_else(|error| format!("closed: {error}"), |_| "closed".to_owned()));
        if end != Ok(End::Reset) {
            return;
        }
        sleep(Duration::from_millis(200)).await;
    }
}
