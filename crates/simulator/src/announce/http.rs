//! What a simulated device answers over HTTP: GET of exactly the paths in the data, nothing else. A request's head is read
//! by hand, because all that matters of it is one line and two headers, and it is bounded.

use super::tcp::{Line, PATIENCE, hear_out};
use super::{Device, hello, live};
use chargehand_catalogue::{Fingerprint, Http, WebSocket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 8 * 1024;

/// What is behind one port.
pub(super) struct Pages {
    pages: Vec<&'static Http>,
    sockets: Vec<&'static WebSocket>,
}

impl Pages {
    pub(super) fn new(about: &'static Fingerprint, port: u16) -> Self {
        Pages {
            pages: about.http.iter().filter(|it| it.port == port).collect(),
            sockets: about.websocket.iter().filter(|it| it.port == port).collect(),
        }
    }
}

/// A request, as far as it matters.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    method: String,
    /// With its query.
    path: String,
    /// The key of one that wants to become a WebSocket.
    upgrade: Option<String>,
}

/// Answers one request and closes; a WebSocket stays until it is closed.
pub(super) async fn answer(mut line: impl Line, device: &Device, pages: &Pages) {
    let (status, body) = match timeout(PATIENCE, head(&mut line)).await {
        Ok(Ok(Some(head))) => match read(&head) {
            Some(request) => match (socket(pages, &request), &request.upgrade) {
                (Some(socket), Some(key)) => return hello::say(line, socket, key).await,
                (socket, _) => page(device, pages, &request, socket.is_some()),
            },
            None => (400, String::new()),
        },
        Ok(Ok(None)) => (431, String::new()),
        // gone, or silent for too long
        Ok(Err(_)) | Err(_) => return,
    };
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reason(status),
        body.len()
    );
    // who does not wait for the answer does not get it
    if line.write_all((head + &body).as_bytes()).await.is_ok() && line.shutdown().await.is_ok() {
        hear_out(line).await;
    }
}

/// The head of a request, without what follows it; nothing when it is too long.
async fn head(line: &mut impl Line) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    let mut part = [0; 1024];
    loop {
        let length = line.read(&mut part).await?;
        if length == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        head.extend_from_slice(&part[..length]);
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            head.truncate(end);
            return Ok((end <= LONGEST_HEAD).then_some(head));
        }
        if head.len() > LONGEST_HEAD {
            return Ok(None);
        }
    }
}

/// Nothing when it is no request of HTTP/1.
fn read(head: &[u8]) -> Option<Request> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path, version) = (first.next()?, first.next()?, first.next()?);
    let is_request = first.next().is_none() && version.starts_with("HTTP/1.") && path.starts_with('/');
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let header =
        |name: &str| headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    let wants_socket = header("Upgrade").is_some_and(|it| it.eq_ignore_ascii_case("websocket"));
    let upgrade = header("Sec-WebSocket-Key").filter(|_| wants_socket && method == "GET").map(str::to_owned);
    is_request.then(|| Request { method: method.into(), path: path.into(), upgrade })
}

fn socket(pages: &Pages, request: &Request) -> Option<&'static WebSocket> {
    pages.sockets.iter().copied().find(|it| it.path == request.path)
}

/// The status and the body.
fn page(device: &Device, pages: &Pages, request: &Request, is_socket: bool) -> (u16, String) {
    match pages.pages.iter().find(|it| it.path == request.path) {
        Some(page) if request.method == "GET" => (page.answer.status, live::body(&page.answer, device)),
        Some(_) => (405, String::new()),
        None if is_socket => (426, String::new()),
        None => (404, String::new()),
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_far_as_it_matters() {
        let plain = read(b"GET /api/1/vitals?a=b HTTP/1.1\r\nHost: x").expect("a request");
        assert_eq!(plain, Request { method: "GET".into(), path: "/api/1/vitals?a=b".into(), upgrade: None });
        let socket = read(b"GET /ws HTTP/1.1\r\nupgrade: WebSocket\r\nsec-websocket-key: abc").expect("a request");
        assert_eq!(socket.upgrade.as_deref(), Some("abc"));
        let written = read(b"PUT /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: abc").expect("a request");
        assert_eq!(written.upgrade, None, "only a GET opens a WebSocket");
    }

    #[test]
    fn what_is_no_request_is_not_taken_for_one() {
        let others: [&[u8]; 7] =
            [b"", b"GET", b"GET /", b"GET / HTTP/2", b"GET / x HTTP/1.1", b"GET x HTTP/1.1", b"\xff / HTTP/1.1"];
        for other in others {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
