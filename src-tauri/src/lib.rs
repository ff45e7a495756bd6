//! The window: commands in, one event out.

pub mod app;
pub mod catalogue;
pub mod commands;
pub mod demand;
pub mod endpoint;
pub mod finding;
mod forward;
mod hours;
pub mod ipc;
pub mod messages;
pub mod plan;
pub mod practice;
pub mod reach;
pub mod security;
mod view;

use app::App;
use ipc::Changed;
use tauri::{Manager, WindowEvent};
use tauri_specta::{Builder, Event, collect_commands, collect_events};

/// The commands and the event on a runtime: `collect_commands!` cannot name a generic one.
macro_rules! bridge {
    ($runtime:ty) => {
        Builder::<$runtime>::new()
            .disable_serde_phases()
            .commands(collect_commands![
                commands::snapshot,
                commands::charger,
                commands::set_site,
                commands::set_auto_adopt,
                commands::connect_step_open,
                commands::adopt,
                commands::set_policy,
                commands::set_ceiling,
                endpoint::connection,
                endpoint::secure,
                endpoint::export_root,
                commands::inspect,
                commands::apply_limit,
                commands::prove_limit,
                commands::cancel,
                commands::clear,
                commands::configuration,
                commands::frames,
                commands::frames_before,
                catalogue::search,
                catalogue::known,
                catalogue::recipe,
                catalogue::jurisdictions,
                catalogue::rules,
                finding::commands::find,
                finding::commands::find_step_open,
                finding::commands::allow_network,
                finding::commands::scan,
                finding::commands::stop_scan,
                finding::commands::look_at,
                messages::messages,
                messages::message_schema,
                messages::send_message,
                plan::plan_change,
                plan::unplan,
                plan::by_hand,
                plan::apply_plan,
                plan::take_back,
                plan::look_for_residue,
                plan::common_settings,
                plan::plan_as,
                plan::compare_chargers,
                security::security_plan,
                security::raise_security,
                demand::demand_preview,
                demand::demand_response,
                demand::output_dead,
                hours::hours_choices,
                hours::hours_plan,
                hours::apply_hours,
                hours::clear_hours,
                commands::export_report,
                reach::self_check,
                reach::addresses_for,
                reach::why_nothing,
                reach::local_interface,
                reach::where_pointed,
                reach::point_here,
                reach::point_back,
                reach::forget_pointed,
                reach::heed_quirk,
                practice::commands::practice_shelf,
                practice::commands::practise,
                practice::commands::practice_act,
                practice::commands::end_practice,
                practice::commands::answer_exercise,
                commands::close::<$runtime>,
                commands::stay::<$runtime>
            ])
            .events(collect_events![Changed])
    };
}

/// The commands and the event, typed for TypeScript.
pub fn specta_builder() -> Builder<tauri::Wry> {
    bridge!(tauri::Wry)
}

/// Runs the app until its window is closed.
///
/// A failure to start the window itself is said on the console: there is no window to show it in.
pub fn run() {
    let specta = specta_builder();
    let handler = specta.invoke_handler();
    let built = tauri::Builder::default()
        .invoke_handler(handler)
        .setup(move |tauri_app| {
            specta.mount_events(tauri_app);
            tauri_app.manage(tauri::async_runtime::block_on(App::open()));
            tauri::async_runtime::spawn(forward::forward(tauri_app.handle().clone()));
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                ask_before_closing(window, api);
            }
        })
        .run(tauri::generate_context!());
    if let Err(error) = built {
        eprintln!("Chargehand's window cannot be opened ({error}). On Linux, install the package libwebkit2gtk-4.1-0.");
        std::process::exit(4);
    }
}

/// A test limit of ours is never left behind silently.
fn ask_before_closing(window: &tauri::Window, api: &tauri::CloseRequestApi) {
    let app = window.state::<App>();
    if app.left_if_closed().is_none() {
        return;
    }
    api.prevent_close();
    app.set_closing(true);
    let handle = window.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let view = handle.state::<App>().view().await;
        let _ = Changed { app: Some(view), ..Changed::default() }.emit(&handle);
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use serde_json::{Value, json};
    use tauri::ipc::{CallbackFn, InvokeBody};
    use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
    use tauri::webview::InvokeRequest;
    use tauri::{WebviewUrl, WebviewWindow, WebviewWindowBuilder};
    use tauri_specta::Builder;

    use super::*;
    use crate::app::Folders;

    /// A window of that label over a fresh site, with the real capabilities.
    fn window(label: &str, data: &std::path::Path) -> WebviewWindow<MockRuntime> {
        let specta = bridge!(MockRuntime);
        let folders = Folders { data: data.to_owned(), handover: data.join("handover") };
        let site = tauri::async_runtime::block_on(App::on(folders, Ok(None)));
        let app = mock_builder().invoke_handler(specta.invoke_handler()).manage(site);
        let app = app.build(tauri::generate_context!()).expect("the app");
        specta.mount_events(&app);
        WebviewWindowBuilder::new(&app, label, WebviewUrl::default()).build().expect("a window")
    }

    fn ask(window: &WebviewWindow<MockRuntime>, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().expect("a URL"),
            body: InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(window, request).map(|answer| answer.deserialize().expect("JSON"))
    }

    #[test]
    fn a_window_without_a_capability_gets_nothing() {
        let data = tempfile::tempdir().unwrap();
        let refused = ask(&window("stranger", data.path()), "snapshot", json!({})).unwrap_err();
        assert!(refused.to_string().contains("not allowed"), "{refused}");
    }

    #[test]
    fn bad_arguments_are_errors_and_an_unknown_charger_is_said() {
        let data = tempfile::tempdir().unwrap();
        let window = window("main", data.path());
        assert_eq!(ask(&window, "snapshot", json!({})).unwrap()["chargers"], json!([]));
        for arguments in [json!({}), json!({ "id": "CP-7", "limitMa": -1 }), json!({ "id": 7, "limitMa": "ten" })] {
            assert!(ask(&window, "prove_limit", arguments.clone()).is_err(), "{arguments}");
        }
        let unknown = ask(&window, "adopt", json!({ "id": "CP-7" })).unwrap_err();
        assert_eq!(unknown["message"], "There is no charger CP-7.");
    }

    #[test]
    fn practice_is_asked_for_like_anything_else_and_its_report_lies_apart_and_says_simulated() {
        let data = tempfile::tempdir().unwrap();
        let window = window("main", data.path());
        let shelf = ask(&window, "practice_shelf", json!({})).unwrap();
        assert!(shelf["personalities"].as_array().is_some_and(|list| list.iter().any(|it| it["name"] == "spec-16")));
        assert!(ask(&window, "practice_act", json!({ "act": { "do": "plug" } })).is_err(), "nothing is practised yet");
        let choice = json!({ "personality": "spec-16", "car": "one-phase-32", "exercise": null });
        ask(&window, "practise", choice).unwrap();
        for act in [json!({ "do": "plug" }), json!({ "do": "breaker", "on": true }), json!({ "do": "sun", "watts": 1 })]
        {
            ask(&window, "practice_act", json!({ "act": act })).unwrap();
        }
        let id = ask(&window, "snapshot", json!({})).unwrap()["practice"]["charger"].clone();
        let files = ask(&window, "export_report", json!({ "id": id })).unwrap();
        let file = |which: &str| std::path::PathBuf::from(files[which].as_str().unwrap());
        for which in ["pdf", "json"] {
            let name = file(which).file_name().unwrap().to_string_lossy().into_owned();
            assert!(name.starts_with("SIMULATED "), "{name}");
            assert_eq!(file(which).parent(), Some(&*data.path().join("handover").join("Practice")));
        }
        let report: Value = serde_json::from_slice(&std::fs::read(file("json")).unwrap()).unwrap();
        assert_eq!((&report["simulated"], &report["site"]["job"]), (&json!(true), &json!("PRACTICE")));
        ask(&window, "end_practice", json!({})).unwrap();
        assert_eq!(ask(&window, "snapshot", json!({})).unwrap()["practice"], Value::Null);
    }
}
