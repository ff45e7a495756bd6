//! One GET and its answer. A client of our own, because it must do less than others do: it follows nothing, sends no
//! credentials, keeps no cookies and no connection, and what it reads is bounded.

use std::io;

use chargehand_catalogue::{Http, Scheme, Seen};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::dial::Dial;
use super::limits::{BODY, GET, HEAD};
use super::mask;
use super::network::Target;
use crate::untrusted;

/// The most header lines of an answer.
const HEADERS: usize = 64;

/// Asks for a page of the catalogue. The body is masked, and says nothing where it is no JSON object.
///
/// # Errors
/// No answer, or none of HTTP, or it took too long.
pub(super) async fn get(dial: &Dial, to: Target, page: &Http) -> io::Result<Seen> {
    let (status, body) =
        timeout(GET, fetch(dial, to, page)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    Ok(Seen::Page { scheme: page.scheme, port: page.port, path: page.path.clone(), status, body: mask::json(&body) })
}

async fn fetch(dial: &Dial, to: Target, page: &Http) -> io::Result<(u16, Vec<u8>)> {
    let line = dial.connect(to, page.port).await?;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Chargehand/{} (local discovery)\r\nAccept: application/json\r\n\
         Connection: close\r\n\r\n",
        page.path,
        to.address(),
        env!("CARGO_PKG_VERSION")
    );
    match page.scheme {
        Scheme::Http => exchange(line, &request).await,
        Scheme::Https => exchange(untrusted::wrap(line, to.address().into()).await?, &request).await,
    }
}

/// Sends the request and reads one answer: the status and as much of the body as is allowed.
pub(super) async fn exchange(
    mut line: impl AsyncRead + AsyncWrite + Unpin,
    request: &str,
) -> io::Result<(u16, Vec<u8>)> {
    line.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(head) = read_head(&bytes)? {
            break head;
        }
        if bytes.len() > HEAD || more(&mut line, &mut bytes).await? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    };
    let mut body = bytes.split_off(head.length);
    let enough = |body: &[u8]| body.len() >= head.content_length.unwrap_or(BODY).min(BODY);
    while !(enough(&body) || head.is_chunked && is_whole(&body)) {
        // some devices cut the connection off instead of closing it: what came counts
        if !matches!(more(&mut line, &mut body).await, Ok(1..)) {
            break;
        }
    }
    let mut body = if head.is_chunked { unchunked(&body) } else { body };
    body.truncate(head.content_length.unwrap_or(BODY).min(BODY));
    Ok((head.status, body))
}

async fn more(line: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> io::Result<usize> {
    let mut part = [0; 4096];
    let length = line.read(&mut part).await?;
    bytes.extend(part.iter().take(length));
    Ok(length)
}

struct Head {
    status: u16,
    /// Where the body begins.
    length: usize,
    content_length: Option<usize>,
    is_chunked: bool,
}

fn read_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    let value = |name: &str| {
        let header = response.headers.iter().find(|it| it.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
    };
    Ok(Some(Head {
        status: response.code.unwrap_or(0),
        length,
        content_length: value("content-length").and_then(|it| it.parse().ok()),
        is_chunked: value("transfer-encoding").is_some_and(|it| it.contains("chunked")),
    }))
}

/// The pieces of a chunked body, as far as they are whole or have begun.
fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some((size, rest)) = chunk(bytes) {
        body.extend(rest.iter().take(size));
        bytes = rest.get(size.saturating_add(2)..).unwrap_or_default();
        if size == 0 {
            break;
        }
    }
    body
}

/// Whether the last piece, which is empty, has come.
fn is_whole(mut bytes: &[u8]) -> bool {
    while let Some((size, rest)) = chunk(bytes) {
        match rest.get(size.saturating_add(2)..) {
            Some(_) if size == 0 => return true,
            Some(next) => bytes = next,
            None => return false,
        }
    }
    false
}

/// The size of the next piece, and what follows the line that tells it.
fn chunk(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.windows(2).position(|two| two == b"\r\n")?;
    let line = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
    Some((size, bytes.get(end + 2..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Duration, Instant};

    /// What comes of an answer, with a server that says this and closes.
    async fn answered(answer: &[u8]) -> io::Result<(u16, String)> {
        let (client, mut server) = tokio::io::duplex(1 << 20);
        let answer = answer.to_vec();
        tokio::spawn(async move {
            let _ = server.write_all(&answer).await;
        });
        exchange(client, "GET / HTTP/1.1\r\n\r\n")
            .await
            .map(|(status, body)| (status, String::from_utf8_lossy(&body).into()))
    }

    #[tokio::test]
    async fn an_answer_is_read_however_its_length_is_told() {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}rubbish",
            "HTTP/1.0 200 OK\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n",
        ] {
            assert_eq!(answered(answer.as_bytes()).await.expect("an answer"), (200, "{}".into()), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_like_any_other() {
        let answer = b"HTTP/1.1 302 Found\r\nLocation: http://203.0.113.5/\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(answered(answer).await.expect("an answer"), (302, String::new()));
    }

    #[tokio::test]
    async fn a_body_without_end_is_cut_off() {
        let endless = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 3 * BODY]].concat();
        assert_eq!(answered(&endless).await.expect("an answer").1.len(), BODY);
        let chunk = [
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_vec(),
            vec![b'x'; 3 * BODY],
        ];
        assert!(answered(&chunk.concat()).await.expect("an answer").1.len() <= BODY);
    }

    #[tokio::test]
    async fn what_is_not_http_is_an_error() {
        for answer in [&b""[..], b"SSH-2.0-dropbear\r\n", b"\0\0\0\0", &[b'H'; 100_000], b"HTTP/1.1 200"] {
            assert!(answered(answer).await.is_err());
        }
        let headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(10_000));
        assert!(answered(headers.as_bytes()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_drips_is_left_after_a_while() {
        let (client, mut server) = tokio::io::duplex(64);
        tokio::spawn(async move {
            let _ = server.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while server.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
        let began = Instant::now();
        assert!(timeout(GET, exchange(client, "GET / HTTP/1.1\r\n\r\n")).await.is_err());
        assert_eq!(began.elapsed(), GET);
    }
}
