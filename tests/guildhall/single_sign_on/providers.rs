//! Providers that fail, and those in the program's configuration.

use super::{ann, refused};
use crate::binary::{Binary, PROGRAM};
use crate::provider::{Browser, Provider, configured, patient_world};
use poem::http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request with these bytes, or with none and never.
async fn false_provider(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            if answer.is_empty() {
                held.push(socket);
            } else {
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        }
    });
    issuer
}

#[tokio::test]
async fn a_provider_that_is_down_silent_or_false_gets_a_page_in_time() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let long = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n{}",
        " ".repeat(300_000)
    );
    for issuer in [
        format!("http://{gone}"),
        false_provider("").await,
        false_provider(long.leak()).await,
        false_provider("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{").await,
        false_provider("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
            .await,
        false_provider("HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{\"issuer\":\"https://evil.test\"}")
            .await,
        false_provider("not HTTP at all\r\n\r\n").await,
    ] {
        let patience = std::time::Duration::from_secs(1);
        let world = patient_world(vec![configured(&issuer, "norfolk", "norfolk.gov.uk")], patience).await;
        let began = std::time::Instant::now();
        let query = [("email", "ann@norfolk.gov.uk")];
        let answer = Browser::default()
            .visit(&world, "/account/single-sign-on", &query)
            .await;
        let page = refused(answer, StatusCode::BAD_GATEWAY, "did not answer as it should").await;
        assert!(!page.contains("127.0.0.1") && !page.contains("evil"), "{page}");
        assert!(
            began.elapsed().as_secs() < 10,
            "{issuer} took {:?}",
            began.elapsed()
        );
    }
}

#[tokio::test]
async fn the_program_started_with_a_provider_in_its_file_sends_people_there() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (file, database) = (
        folder.path().join("guildhall.toml"),
        folder.path().join("guildhall.db"),
    );
    let text = format!(
        "public_url = 'https://x.example'\ndatabase_url = 'sqlite://{}'\nsmtp_url = 'smtp://localhost:25'\n\
         secret = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='\nmail_from = 'A <a@x.example>'\n[[single_sign_on]]\n\
         council = 'norfolk'\ndomains = ['norfolk.gov.uk']\nissuer = '{}'\nclient_id = 'x'\nclient_secret = 'y'\n\
         role = 'viewer'\nrequired = true\n",
        database.display(),
        provider.issuer
    );
    std::fs::write(&file, text).unwrap();
    let program = Binary::start(&["serve", "--config", file.to_str().unwrap()], &[]);
    let begin = "/account/single-sign-on?email=ann%40";
    assert_eq!(
        program.get(&format!("{begin}norfolk.gov.uk")).await.unwrap().0,
        303
    );
    assert_eq!(
        program.get(&format!("{begin}suffolk.gov.uk")).await.unwrap().0,
        404
    );
}

#[test]
fn the_program_does_not_start_with_half_a_provider() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guildhall.toml");
    let whole = "public_url = 'https://x.example'\ndatabase_url = 'sqlite::memory:'\nobjects = 'file:///unused'\nsmtp_url = 'smtp://localhost:25'\n\
        secret = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='\nmail_from = 'A <a@x.example>'\n[[single_sign_on]]\n";
    let rest = "domains = ['norfolk.gov.uk']\nissuer = 'https://login.norfolk.gov.uk'\nclient_id = 'x'\nclient_secret = 'S3CRET'\n";
    for (table, told) in [
        (
            "council = 'norfolk'\nissuer = 'http://login.norfolk.gov.uk'\n".to_owned(),
            "client_secret is missing",
        ),
        (
            format!("council = 'atlantis'\n{rest}"),
            "there is no council \"atlantis\"",
        ),
        (
            format!("council = 'norfolk'\nrole = 'administrator'\n{rest}"),
            "role: \"administrator\" is not",
        ),
        (format!("council = 'norfolk'\nreqired = true\n{rest}"), "reqired"),
    ] {
        std::fs::write(&file, format!("{whole}{table}")).unwrap();
        let mut command = std::process::Command::new(PROGRAM);
        let out = command
            .env_clear()
            .args(["serve", "--config", file.to_str().unwrap()])
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && error.contains(told), "{told} in {error}");
        assert!(!error.contains("S3CRET"), "{error}");
    }
}
