//! What is exported for support: useful, and about nobody.

use std::fs;
use std::io::{Cursor, Read as _};

use presence::desk::Wish;
use presence::diagnostics::collect;
use presence::preferences::{Network, Preferences};
use tests::bench::{Bench, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_addresses_numbers_and_secrets_that_were_planted_are_in_no_file() {
    let bench = Bench::start(80).await;
    let handle = bench.live().await;
    let snapshot = until(&handle, "contacts", |snapshot| snapshot.matches.matched > 0).await;
    let person = snapshot.people.iter().find(|person| person.card.person.mobile.is_some()).unwrap();
    let card = &person.card;
    let (name, mobile) = (card.person.name.clone(), card.person.mobile.clone().unwrap());
    let first = name.split(' ').next().unwrap().to_owned();
    handle.desk(Wish::Note { person: person.id(), text: "The note nobody else reads".into() });
    let network = Network { authorities: "/home/ann/secret-authority.pem".into(), ..Network::default() };
    handle.desk(Wish::Prefer { preferences: Box::new(Preferences { network, ..Preferences::default() }) });
    let snapshot = until(&handle, "the note", |snapshot| !snapshot.desk.kept.notes.is_empty()).await;

    // Whatever a careless line could hold.
    let profile = bench.profile();
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
    let lines = [
        format!("2026-11-23T09:00:00Z DEBUG read {name} ({})", card.person.user_name),
        format!("2026-11-23T09:00:01Z DEBUG {first} called {mobile} from 10.9.8.7, id {}", person.id()),
        format!("2026-11-23T09:00:02Z WARN Authorization: Bearer {token}"),
        format!("2026-11-23T09:00:03Z INFO tenant {} key=s3cretkey", bench.tenant),
        format!("2026-11-23T09:00:04Z INFO folder {}", bench.folder().display()),
        "2026-11-23T09:00:05Z INFO 429 from graph after 812 ms".into(),
    ];
    for folder in [profile.logs(), profile.crashes()] {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("planted.log"), lines.join("\n")).unwrap();
    }
    let archive = collect(Some(&snapshot), &profile);
    let names: Vec<&str> = archive.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["summary.txt", "settings.toml", "logs/planted.log", "crashes/planted.log"]);
    assert!(archive.hidden >= 12, "{}", archive.hidden);

    let packed = archive.pack().unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
    let id = person.id().to_string();
    let folder = bench.folder().display().to_string();
    let secrets = [
        name.as_str(),
        first.as_str(),
        &mobile,
        &card.person.user_name,
        token,
        "s3cretkey",
        "10.9.8.7",
        &id,
        &bench.tenant,
        &folder,
        "The note nobody else reads",
        "secret-authority",
    ];
    for (number, shown) in archive.files.iter().enumerate() {
        let mut text = String::new();
        zip.by_index(number).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, shown.text, "what is saved is what was shown");
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} is in {}: {text}", shown.name);
        }
    }
    let log = &archive.files[2].text;
    assert!(log.contains("429 from graph after 812 ms"), "what helps is still there: {log}");
    assert!(
        archive.files[0].text.contains("people 80") && archive.files[0].text.contains("Teams presence: Live")
    );
    handle.stop().await;
}
