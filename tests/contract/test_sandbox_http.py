"""The sandbox over real HTTP, in a process of its own: does it answer as deAPI is documented to?"""

import json
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from lib.deapi.contract import BALANCE, IMAGE_BYTES, JOB, MODELS, Endpoint, endpoint
from tests.conftest import StartSandbox
from tests.support.sandbox import PLAIN, Sandbox
from tests.support.waiting import eventually

GENERATIONS = endpoint("images.generations")
UPSCALES = endpoint("images.upscales")
TERMINAL = ("done", "error")


def client(sandbox: Sandbox, **headers: str) -> httpx.Client:
    usual = {"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"}
    return httpx.Client(base_url=sandbox.url, headers={**usual, **headers}, timeout=20, **PLAIN)


@pytest.fixture
def api(shared_sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Calls to the sandbox that all tests share; it has no engines."""
    with client(shared_sandbox) as calling:
        yield calling


@pytest.fixture
def own(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Calls to a sandbox of this test's own, with real engines."""
    with client(sandbox) as calling:
        yield calling


def model(api: httpx.Client, inference_type: str, number: int = 0) -> dict[str, Any]:
    answer = api.get(MODELS.path, params={"filter[inference_types]": inference_type})
    return answer.json()["data"][number]


def picture_call(api: httpx.Client, **changes: object) -> dict[str, object]:
    slug = model(api, "txt2img")["slug"]
    usual = {"prompt": "a lake at dawn", "model": slug, "width": 256, "height": 256}
    return {**usual, "guidance": 1, "steps": 4, "seed": 7, **changes}


def png(width: int = 64, height: int = 48) -> bytes:
    file = BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def submit_picture(api: httpx.Client, **changes: object) -> str:
    answer = api.post(GENERATIONS.path, json=picture_call(api, **changes))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["request_id"]


def submit_upscale(api: httpx.Client, content: bytes) -> str:
    slug = model(api, "img_upscale")["slug"]
    file = {"image": ("photo.png", content, "image/png")}
    answer = api.post(UPSCALES.path, data={"model": slug}, files=file)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["request_id"]


def job(api: httpx.Client, request_id: str) -> dict[str, Any]:
    return api.get(JOB.path.format(request_id=request_id)).json()["data"]


def ended(api: httpx.Client, request_id: str) -> dict[str, Any]:
    return eventually(
        lambda: seen if (seen := job(api, request_id))["status"] in TERMINAL else None, timeout=30
    )


# --- who may call ------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", "Basic test-key", "test-key"])
def test_a_call_without_the_key_is_unauthenticated(
    shared_sandbox: Sandbox, header: str | None
) -> None:
    headers = {"Accept": "application/json", **({"Authorization": header} if header else {})}
    for method, path in (("GET", BALANCE.path), ("POST", GENERATIONS.path)):
        answer = httpx.request(method, shared_sandbox.url + path, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


def test_a_client_that_takes_no_json_is_told_so(shared_sandbox: Sandbox) -> None:
    with client(shared_sandbox, Accept="text/html") as browser:
        answer = browser.get(BALANCE.path)
    assert answer.status_code == 406
    assert "application/json" in answer.json()["message"]


def test_an_inference_key_may_not_see_the_balance_but_may_run(start_sandbox: StartSandbox) -> None:
    with client(start_sandbox(role="api", engines="none", speed=100)) as api:
        answer = api.get(BALANCE.path)
        assert answer.status_code == 403
        assert answer.json()["code"] == "insufficient_permissions"
        assert answer.json()["message"]
        assert ended(api, submit_picture(api))["status"] == "done"


@pytest.mark.parametrize("path", ["/", "/api/v2", "/api/v2/images", "/api/v2/jobs/none", "/nope"])
def test_what_is_not_there_is_a_404_in_json(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (404, {"message": "Not found."})


def test_the_wrong_method_is_refused_in_json(api: httpx.Client) -> None:
    answer = api.get(GENERATIONS.path)
    assert answer.status_code == 405
    assert answer.json()["message"]


# --- models ------------------------------------------------------------------------------------


def test_models_come_in_pages_of_25_whatever_per_page_says(api: httpx.Client) -> None:
    page = api.get(MODELS.path, params={"per_page": 3}).json()
    assert len(page["data"]) == 25
    assert page["meta"] == {"current_page": 1, "last_page": 2, "per_page": 25, "total": 32}
    assert page["links"]["prev"] is None
    following = api.get(page["links"]["next"]).json()
    assert following["links"]["next"] is None
    slugs = [each["slug"] for each in page["data"] + following["data"]]
    assert len(slugs) == len(set(slugs)) == 32


@pytest.mark.parametrize(
    ("limit", "shown"), [("2", 2), ("50", 32), ("1000", 32), ("0", 1), ("x", 25)]
)
def test_limit_sets_the_page_up_to_50(api: httpx.Client, limit: str, shown: int) -> None:
    page = api.get(MODELS.path, params={"limit": limit}).json()
    assert len(page["data"]) == shown
    assert page["meta"]["per_page"] <= 50


def test_models_have_the_documented_shape(api: httpx.Client) -> None:
    first = model(api, "txt2img")
    assert set(first) == {"name", "slug", "inference_types", "info", "loras", "languages"}
    assert first["inference_types"] == ["txt2img"]
    assert set(first["info"]) == {"limits", "features", "defaults"}


def test_models_are_filtered_by_types_in_either_spelling(api: httpx.Client) -> None:
    query = {"filter[inference_types]": "img-upscale,txt2img"}
    page = api.get(MODELS.path, params={**query, "limit": 1}).json()
    assert page["meta"]["total"] == 6
    assert "img-upscale" in page["links"]["next"]
    none = api.get(MODELS.path, params={"filter[inference_types]": "smell2img"}).json()
    assert (none["data"], none["meta"]["last_page"]) == ([], 1)


def test_a_catalogue_put_in_is_the_catalogue_from_then_on(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(engines="none", speed=100)
    live = {"slug": "new", "inference_types": {"txt2img": {}}, "info": []}
    with client(sandbox) as api:
        sandbox.control("PUT", "models", [live])
        assert api.get(MODELS.path).json()["data"] == [live]
        request_id = submit_picture(api, model="new", width=333, height=1)
        assert ended(api, request_id)["status"] == "done"
        assert api.put("/sandbox/models", json={"no": "list"}).status_code == 422


# --- what is refused ---------------------------------------------------------------------------


def test_a_refusal_names_its_fields_and_changes_nothing(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(engines="none")
    with client(sandbox) as api:
        answer = api.post(GENERATIONS.path, json=picture_call(api, width=257, prompt=""))
        assert answer.status_code == 422
        assert answer.json() == {
            "message": "The prompt field is required.",
            "errors": {
                "prompt": ["The prompt field is required."],
                "width": ["The width field must be a multiple of 128."],
            },
        }
        assert sandbox.charges() == []
        assert api.get(BALANCE.path).json() == {"data": {"balance": 5.0}}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"seed": NaN}', b"[" * 100_000])
@pytest.mark.parametrize("each", [GENERATIONS, UPSCALES], ids=lambda each: each.id)
def test_a_body_that_is_no_object_is_an_empty_one(
    api: httpx.Client, each: Endpoint, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    for path in (each.path, each.price_path):
        answer = api.post(path, content=body, headers=headers)
        assert answer.status_code == 422
        assert "model" in answer.json()["errors"]


def test_a_broken_form_is_refused_in_json(api: httpx.Client) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = api.post(UPSCALES.path, content=b"--x\r\nnonsense", headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["message"]


def test_a_form_is_taken_for_a_picture_too_loras_included(api: httpx.Client) -> None:
    offered = model(api, "txt2img")["loras"][0]["name"]
    form = {name: str(value) for name, value in picture_call(api).items()}
    form |= {"loras[0][name]": offered, "loras[0][weight]": "0.5"}
    assert api.post(GENERATIONS.path, data=form).status_code == 200
    form["loras[0][name]"] = "nobody's"
    assert list(api.post(GENERATIONS.path, data=form).json()["errors"]) == ["loras"]


def test_an_upload_of_11_megabytes_is_refused_with_the_limit(api: httpx.Client) -> None:
    content = png() + b"\0" * (11 * 1024 * 1024)
    slug = model(api, "img_upscale")["slug"]
    answer = api.post(UPSCALES.path, data={"model": slug}, files={"image": ("a.png", content)})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "image": ["The image field must not be greater than 10240 kilobytes."]
    }


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "streamed"])
def test_an_absurd_body_is_cut_off(api: httpx.Client, declared: bool) -> None:
    size = 3 * IMAGE_BYTES
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'

    def stream() -> Iterator[bytes]:
        yield head
        for _ in range(size // 2**20):
            yield b"\0" * 2**20

    content = head + b"\0" * size if declared else stream()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = api.post(UPSCALES.path, content=content, headers=headers)
    assert (answer.status_code, answer.json()) == (413, {"message": "The POST data is too large."})


@pytest.mark.parametrize("balance", ["0.48", "0"])
def test_below_the_minimum_balance_jobs_are_refused_and_prices_are_not(
    start_sandbox: StartSandbox, balance: str
) -> None:
    sandbox = start_sandbox(balance=balance, engines="none", speed=100)
    with client(sandbox) as api:
        answer = api.post(GENERATIONS.path, json=picture_call(api))
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == ["balance"]
        assert api.post(GENERATIONS.price_path, json=picture_call(api)).status_code == 200
        assert sandbox.charges() == []
        assert sandbox.control("PUT", "balance", {"balance": "0.49"}) == {"balance": "0.49"}
        assert ended(api, submit_picture(api))["status"] == "done"


# --- prices and money --------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "price"), [(512, b"0.0019"), (1024, b"0.0037")])
def test_a_price_is_a_json_number_with_its_exact_text(
    api: httpx.Client, side: int, price: bytes
) -> None:
    call = picture_call(api, width=side, height=side)
    answer = api.post(GENERATIONS.price_path, json=call)
    assert answer.content == b'{"data":{"price":' + price + b"}}"


def test_an_upscales_price_is_the_same_by_file_and_by_measures(api: httpx.Client) -> None:
    slug = model(api, "img_upscale", 1)["slug"]
    measures = {"model": slug, "width": 512, "height": 512}
    files = {"image": ("a.png", png(512, 512), "image/png")}
    answers = [
        api.post(UPSCALES.price_path, data={"model": slug}, files=files),
        api.post(UPSCALES.price_path, data=measures),
        api.post(UPSCALES.price_path, json=measures),
    ]
    assert {answer.content for answer in answers} == {b'{"data":{"price":0.00059}}'}


def test_the_balance_falls_by_the_quoted_price_at_once_and_charges_tell(
    sandbox: Sandbox, own: httpx.Client
) -> None:
    quote = exact(own.post(GENERATIONS.price_path, json=picture_call(own)))["data"]["price"]
    request_id = submit_picture(own)
    assert exact(own.get(BALANCE.path))["data"]["balance"] == Decimal(5) - quote
    done = ended(own, request_id)
    assert done["price"] == {"amount": float(quote), "is_estimated": False}
    assert exact(own.get(BALANCE.path))["data"]["balance"] == Decimal(5) - quote
    [charge] = sandbox.charges()
    assert (charge["request_id"], charge["endpoint"]) == (request_id, GENERATIONS.id)
    assert Decimal(charge["price"]) == quote
    assert charge["at"].endswith("+00:00")


def exact(answer: httpx.Response) -> Any:
    return json.loads(answer.content, parse_float=Decimal)


# --- jobs and files ----------------------------------------------------------------------------


def test_a_picture_comes_through_its_states_with_previews(start_sandbox: StartSandbox) -> None:
    seen: list[dict[str, Any]] = []
    with client(start_sandbox(speed=3)) as api:
        request_id = submit_picture(api, width=768, height=768, steps=10)

        def look() -> bool:
            seen.append(job(api, request_id))
            return seen[-1]["status"] in TERMINAL

        eventually(look)
        states = [each["status"] for each in seen]
        assert [state for at, state in enumerate(states) if state not in states[:at]] == [
            "pending",
            "processing",
            "done",
        ]
        progress = [each["progress"] for each in seen]
        assert progress == sorted(progress)
        assert progress[-1] == 100
        for unfinished in seen[:-1]:
            assert unfinished["result_url"] is None
            assert unfinished["price"] is None

        done = seen[-1]
        assert done["result"] is None
        assert picture(done["result_url"]).size == (768, 768)
        assert picture(done["preview"]).size == (384, 384)
        assert set(done["results_alt_formats"]) == {"jpg", "webp"}
        assert picture(done["results_alt_formats"]["webp"]).size == (768, 768)


def test_the_same_seed_gives_the_same_bytes_and_a_seed_of_chance_does_not(
    own: httpx.Client,
) -> None:
    ids = [submit_picture(own, seed=seed) for seed in (7, 7, -1, -1)]
    first, second, third, fourth = (
        httpx.get(ended(own, each)["result_url"]).content for each in ids
    )
    assert first == second
    assert len({first, third, fourth}) == 3


def test_an_uploaded_picture_is_enlarged_by_the_models_factor(own: httpx.Client) -> None:
    done = ended(own, submit_upscale(own, png(100, 60)))
    assert done["status"] == "done"
    assert picture(done["result_url"]).size == (200, 120)


def test_a_result_is_served_in_ranges_without_a_key(own: httpx.Client) -> None:
    address = ended(own, submit_picture(own))["result_url"]
    whole = httpx.get(address)
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["accept-ranges"] == "bytes"
    tag, size = whole.headers["etag"], len(whole.content)

    start = httpx.get(address, headers={"Range": "bytes=0-99"})
    rest = httpx.get(address, headers={"Range": "bytes=100-", "If-Range": tag})
    end = httpx.get(address, headers={"Range": "bytes=-10"})
    assert [answer.status_code for answer in (start, rest, end)] == [206, 206, 206]
    assert start.content + rest.content == whole.content
    assert end.content == whole.content[-10:]
    assert start.headers["content-range"] == f"bytes 0-99/{size}"
    assert httpx.get(address, headers={"Range": f"bytes={size}-"}).status_code == 416
    changed = httpx.get(address, headers={"Range": "bytes=0-99", "If-Range": '"other"'})
    assert (changed.status_code, len(changed.content)) == (200, size)
    head = httpx.head(address)
    assert (head.headers["content-length"], head.content) == (str(size), b"")


def test_files_cannot_be_guessed_or_walked(shared_sandbox: Sandbox, api: httpx.Client) -> None:
    address = httpx.URL(ended(api, submit_picture(api))["result_url"])
    token = address.path.split("/")[2]
    assert len(token) == 32
    for path in (
        f"/files/{token}/",
        f"/files/{token}/other.png",
        f"/files/{token}/..%2f..%2fsandbox.db",
        "/files/..%2f/sandbox.db",
        f"/files/{'A' * 32}/result.png",
        f"/files/{token[:-1]}/result.png",
    ):
        assert httpx.get(shared_sandbox.url + path).status_code == 404, path


def picture(address: str) -> Image.Image:
    return Image.open(BytesIO(httpx.get(address).raise_for_status().content))


# --- rates -------------------------------------------------------------------------------------


def test_the_basic_tier_stops_after_its_calls_a_minute(start_sandbox: StartSandbox) -> None:
    with client(start_sandbox(tier="basic", engines="none")) as api:
        call = picture_call(api)
        answers = [api.post(GENERATIONS.path, json=call) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        for answer, remaining in zip(answers, (2, 1, 0, 0), strict=True):
            assert stand(answer) == {
                "limit": "3",
                "remaining": str(remaining),
                "daily-limit": "100",
                "daily-remaining": str(97 + remaining),
                "source": GENERATIONS.id,
                **({"type": "minute"} if answer is answers[-1] else {}),
            }
        assert answers[-1].json() == {"message": "Too Many Attempts."}
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60

        # Another pool still has its calls, and what is refused for another reason counts as well.
        assert api.post(UPSCALES.path, json={}).status_code == 422
        assert stand(api.post(UPSCALES.path, json={}))["remaining"] == "3"


def test_jobs_models_balance_and_prices_have_pools_of_their_own(
    start_sandbox: StartSandbox,
) -> None:
    with client(start_sandbox(tier="basic", engines="none")) as api:
        calls = {
            "jobs": lambda: api.get("/api/v2/jobs/none"),
            "models": lambda: api.get(MODELS.path),
            "balance": lambda: api.get(BALANCE.path),
            "prices": lambda: api.post(GENERATIONS.price_path, json={}),
        }
        for pool, ask in calls.items():
            answers = [ask() for _ in range(11)]
            assert [answer.status_code == 429 for answer in answers] == [False] * 10 + [True]
            assert {stand(answer)["source"] for answer in answers} == {pool}
            assert stand(answers[0]).get("daily-limit") is None


def test_the_premium_tier_has_300_a_minute_and_no_day(api: httpx.Client) -> None:
    for answer in (api.get(BALANCE.path), api.post(GENERATIONS.path, json={})):
        assert stand(answer)["limit"] == "300"
        assert int(stand(answer)["remaining"]) < 300
        assert not {"daily-limit", "daily-remaining"} & stand(answer).keys()


def stand(answer: httpx.Response) -> Mapping[str, str]:
    """The rate headers of an answer, without their common beginning."""
    start = "x-ratelimit-"
    headers = answer.headers.items()
    return {key.removeprefix(start): value for key, value in headers if key.startswith(start)}


# --- control -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["charges", "requests", "balance", "tier"])
def test_control_takes_the_key_on_a_loopback_name_and_no_web_page(
    shared_sandbox: Sandbox, path: str
) -> None:
    address = f"{shared_sandbox.url}/sandbox/{path}"
    key = {"Authorization": f"Bearer {shared_sandbox.key}"}
    port = httpx.URL(shared_sandbox.url).port
    assert httpx.get(address, headers=key).status_code == 200
    assert httpx.get(address, headers={**key, "Host": f"localhost:{port}"}).status_code == 200
    assert httpx.get(address).status_code == 401
    for foreign in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        assert httpx.get(address, headers={**key, **foreign}).status_code == 403


@pytest.mark.parametrize("balance", [-1, "much", None, True, 10**9, "NaN", "1e400"])
def test_a_balance_that_is_no_amount_is_refused(api: httpx.Client, balance: object) -> None:
    assert api.put("/sandbox/balance", json={"balance": balance}).status_code == 422


def test_the_balance_is_what_was_put(start_sandbox: StartSandbox) -> None:
    with client(start_sandbox(engines="none", role="api", balance=3)) as api:
        assert api.get("/sandbox/balance").json() == {"balance": "3"}
        for given in ({"balance": "0.20"}, "0.20", 0.2):
            assert api.put("/sandbox/balance", json=given).json() == {"balance": "0.2"}
        assert api.get("/sandbox/balance").json() == {"balance": "0.2"}


def test_a_tier_counts_anew_with_its_own_limits(start_sandbox: StartSandbox) -> None:
    with client(start_sandbox(engines="none", tier="premium")) as api:
        assert api.get("/sandbox/tier").json() == {"tier": "premium"}
        assert stand(api.get(BALANCE.path))["limit"] == "300"
        assert api.put("/sandbox/tier", json="basic").json() == {"tier": "basic"}
        assert api.get("/sandbox/tier").json() == {"tier": "basic"}
        for left in range(9, -1, -1):
            assert stand(api.get(BALANCE.path))["remaining"] == str(left)
        assert api.get(BALANCE.path).status_code == 429
        assert api.put("/sandbox/tier", json={"tier": "basic"}).status_code == 200
        assert stand(api.get(BALANCE.path))["remaining"] == "9"


@pytest.mark.parametrize("tier", ["gold", None, 3, ["basic"], {"tier": "gold"}, {}])
def test_a_tier_that_is_none_is_refused(api: httpx.Client, tier: object) -> None:
    before = api.get("/sandbox/tier").json()
    answer = api.put("/sandbox/tier", json=tier)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"tier": ["The tier field must be basic or premium."]}
    assert api.get("/sandbox/tier").json() == before


def test_a_charge_says_when_its_job_ended(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(engines="none", speed=4)
    with client(sandbox) as api:
        request_id = api.post(GENERATIONS.path, json=picture_call(api)).json()["data"]["request_id"]
        (before,) = sandbox.charges()
        assert before["ended_at"] is None
        path = JOB.path.format(request_id=request_id)
        eventually(lambda: api.get(path).json()["data"]["status"] == "done")
        (after,) = sandbox.charges()
        assert after["at"] < after["ended_at"]


def test_a_tier_may_have_limits_and_a_minute_of_its_own(start_sandbox: StartSandbox) -> None:
    own = {"tier": "basic", "minute": 2, "day": 3, "window": 0.5}
    with client(start_sandbox(engines="none", tier="premium")) as api:
        assert api.put("/sandbox/tier", json=own).json() == own
        assert api.get("/sandbox/tier").json() == own
        seen = [api.post(GENERATIONS.path, json={}) for _ in range(3)]
        assert [each.status_code for each in seen] == [422, 422, 429]
        assert seen[0].headers["X-RateLimit-Daily-Limit"] == "3"
        again = eventually(lambda: not_limited(api.post(GENERATIONS.path, json={})))
        assert again.headers["X-RateLimit-Daily-Remaining"] == "0"
        assert stand(api.get(BALANCE.path))["limit"] == "10"  # free calls keep the tier's own
        assert api.put("/sandbox/tier", json="premium").json() == {"tier": "premium"}
        assert stand(api.post(GENERATIONS.path, json={}))["limit"] == "300"


def not_limited(answer: httpx.Response) -> httpx.Response | None:
    return None if answer.status_code == 429 else answer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in ("minute", "day") for value in (0, -1, 2.5, "5", True, [], {})],
        *[("minute", 10**6 + 1), ("day", 10**30)],
        *[("window", value) for value in (0, 0.01, -3, 3601, 10**400, "3", True, [3], {})],
    ],
)
def test_a_limit_that_is_none_is_refused(api: httpx.Client, name: str, value: object) -> None:
    before = api.get("/sandbox/tier").json()
    answer = api.put("/sandbox/tier", json={"tier": "basic", name: value})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [name]
    assert api.get("/sandbox/tier").json() == before


def test_every_call_is_listed_with_its_status(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(engines="none")
    with client(sandbox) as api:
        api.get(BALANCE.path)
        api.post(GENERATIONS.path, json={})
        httpx.get(sandbox.url + MODELS.path)
        api.get("/nope")
    calls = sandbox.requests()
    assert [(call["method"], call["path"], call["status"]) for call in calls] == [
        ("GET", BALANCE.path, 200),
        ("POST", GENERATIONS.path, 422),
        ("GET", MODELS.path, 401),
        ("GET", "/nope", 404),
    ]
    assert [call["at"] for call in calls] == sorted(call["at"] for call in calls)


# --- without blocking --------------------------------------------------------------------------


def test_status_calls_stay_quick_while_pictures_are_drawn(own: httpx.Client) -> None:
    ids = [submit_picture(own, width=2048, height=2048, seed=seed) for seed in range(3)]
    waits: list[float] = []

    def ask() -> bool:
        start = time.perf_counter()
        status = job(own, ids[-1])["status"]
        waits.append(time.perf_counter() - start)
        return status in TERMINAL

    eventually(ask, timeout=60)
    assert sorted(waits)[len(waits) // 2] < 0.1
