//! The part of a desktop that the tests need: the cross of a window.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, Window};
use x11rb::rust_connection::RustConnection;

/// Sends a window with that title what a window manager sends when its cross is pressed (ICCCM 4.2.8.1).
pub(crate) fn ask_to_close(title: &str) {
    let (x, screen) = x11rb::connect(None).expect("an X display");
    let root = x.setup().roots[screen].root;
    let atom = |name: &str| x.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
    let window = titled(&x, root, title).expect("the window is on the display");
    let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), [atom("WM_DELETE_WINDOW"), 0, 0, 0, 0]);
    x.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
    x.flush().unwrap();
}

/// Without a window manager the windows of programs are the root's children. GTK gives its helpers titles too: ours
/// is the one that is shown.
fn titled(x: &RustConnection, root: Window, title: &str) -> Option<Window> {
    let windows = x.query_tree(root).unwrap().reply().unwrap().children;
    windows.into_iter().find(|window| {
        let name = x.get_property(false, *window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64).unwrap().reply();
        let shown = x.get_window_attributes(*window).unwrap().reply();
        name.is_ok_and(|name| name.value == title.as_bytes())
            && shown.is_ok_and(|shown| shown.map_state == x11rb::protocol::xproto::MapState::VIEWABLE)
    })
}
