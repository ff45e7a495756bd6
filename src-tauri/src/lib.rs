//! The window: commands in, one event out.

pub mod app;
pub mod commands;
pub mod ipc;
mod view;

use app::App;
use ipc::Changed;
use tauri::{Manager, WindowEvent};
use tauri_specta::{Builder, Event, collect_commands, collect_events};

/// The commands and the event, typed for TypeScript.
pub fn specta_builder() -> Builder<tauri::Wry> {
    Builder::new()
        .disable_serde_phases()
        .commands(collect_commands![
            commands::snapshot,
            commands::charger,
            commands::set_site,
            commands::set_auto_adopt,
            commands::connect_step_open,
            commands::adopt,
            commands::set_ceiling,
            commands::inspect,
            commands::apply_limit,
            commands::prove_limit,
            commands::cancel,
            commands::clear,
            commands::frames,
            commands::frames_before,
            commands::export_report,
            commands::close::<tauri::Wry>,
            commands::stay::<tauri::Wry>
        ])
        .events(collect_events![Changed])
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
            tauri::async_runtime::spawn(app::forward(tauri_app.handle().clone()));
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
        let _ = Changed { app: Some(view), charger: None }.emit(&handle);
    });
}
