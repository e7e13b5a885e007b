"""Deliver: drop files, see what they would change, answer what is open, load them."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from reporting.doors.api.keys import Client, Role
from reporting.doors.api.problems import Problem
from reporting.doors.app.answers import page
from reporting.doors.app.deliver.desk import Desk, loadable, questions_of
from reporting.doors.app.deliver.jobs import Job
from reporting.doors.app.deliver.uploads import (
    MOST_FILES,
    Drop,
    Dropped,
    hash_of,
    keep,
    place_of,
    safe_folder,
    safe_name,
)
from reporting.doors.app.sessions import Visitor, confirmed

DROP = "/deliver"
"""The path that files are sent to."""

router = APIRouter()


async def delivering(client: Visitor) -> Client:
    """Let in whoever may deliver files.

    Raises:
        Problem: they may not.
    """
    if not client.role.includes(Role.LOADER):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "loader-needed",
            f"To deliver takes a key with the role loader; the role of yours is "
            f"{client.role.value}.",
        )
    return client


Loader = Annotated[Client, Depends(delivering)]


def desk_of(request: Request) -> Desk:
    """Return the desk of the app."""
    desk: Desk = request.app.state.desk
    return desk


@router.get("/deliver")
def deliver(request: Request, client: Loader) -> Response:
    """Ask for files."""
    desk = desk_of(request)
    return page(
        request,
        "deliver.html.j2",
        client=client,
        without_query=True,
        charts={},
        job=desk.jobs.current,
        last=None,
        drops=desk.drops.open(),
        most_megabytes=request.app.state.upload_megabytes,
        most_files=MOST_FILES,
    )


@router.post(DROP)
async def take_in(request: Request, client: Loader) -> Response:
    """Take files in, and begin to read them."""
    await confirmed(request)
    async with request.form(max_files=MOST_FILES + 1, max_fields=10) as form:
        sent = [item for item in form.getlist("files") if isinstance(item, UploadFile)]
        folder = str(form.get("folder", ""))
        files = [item for item in sent if item.filename]
        drop = await run_in_threadpool(_kept, desk_of(request), client, files, folder)
    return go(request, f"/deliver/{drop.name}")


def _kept(desk: Desk, client: Client, files: list[UploadFile], folder_text: str) -> Drop:
    if not files or len(files) > MOST_FILES:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "no-files",
            f"Choose one to {MOST_FILES} files; of more, make a zip.",
        )
    inbox = desk.settings.sales_data_file
    if inbox.is_file():
        raise Problem(
            HTTPStatus.CONFLICT,
            "no-inbox",
            "SALES_DATA_FILE names a file: name a folder, for files to be put into.",
        )
    folder = safe_folder(folder_text)
    names = [safe_name(file.filename or "") for file in files]
    if len({name.casefold() for name in names}) < len(names):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "same-name",
            "Two of these files have the same name: drop them one after the other.",
        )
    places = [place_of(name, folder, inbox) for name in names]
    drop = desk.drops.new(client.name, desk.settings)
    for file, place in zip(files, places, strict=True):
        keep(file.file, drop.inbox / place)
        drop.files.append(Dropped(place, hash_of(inbox / place)))
    desk.read(drop)
    return drop


@router.get("/deliver/jobs/{name}")
def progress(request: Request, client: Loader, name: str, step: str = "", of: str = "") -> Response:
    """Say how far a job is.

    Where more is known of what was dropped, its page is asked for anew; others may hold what
    somebody is just writing.
    """
    desk = desk_of(request)
    job = desk.jobs.named(name)
    if of and (job.is_over or job.step != step):
        return Response(headers={"HX-Refresh": "true"})
    more: dict[str, Any] = {"drop": desk.drops.named(of)} if of else {}
    current = None if job.is_over else job
    return page(
        request, "last.html.j2", client=client, without_query=True, job=current, last=job, **more
    )


@router.get("/deliver/{name}")
def show(request: Request, client: Loader, name: str) -> Response:
    """Show what is known of files that were dropped."""
    desk = desk_of(request)
    drop = desk.drops.named(name)
    files = loadable(drop)
    job = drop.job
    return page(
        request,
        "drop.html.j2",
        client=client,
        without_query=True,
        charts={},
        drop=drop,
        job=job,
        files=files,
        replacing=[file for file in files if file.replaces is not None],
        questions=questions_of(drop),
    )


@router.post("/deliver/{name}/answer", dependencies=[Depends(confirmed)])
def answer(request: Request, client: Loader, name: str, flag: Annotated[str, Form()]) -> Response:
    """Take an answer to what is open."""
    desk = desk_of(request)
    desk.answer(desk.drops.named(name), flag)
    return go(request, f"/deliver/{name}")


@router.post("/deliver/{name}/load", dependencies=[Depends(confirmed)])
def load(request: Request, client: Loader, name: str) -> Response:
    """Load what was dropped."""
    desk = desk_of(request)
    desk.load(desk.drops.named(name))
    return go(request, f"/deliver/{name}")


@router.post("/deliver/{name}/cancel", dependencies=[Depends(confirmed)])
def cancel(request: Request, client: Loader, name: str) -> Response:
    """Leave nothing of what was dropped."""
    desk = desk_of(request)
    drop = desk.drops.named(name)
    if is_loading(drop):
        raise Problem(
            HTTPStatus.CONFLICT,
            "being-loaded",
            "These files are being loaded. When they are, Files takes them out again.",
        )
    desk.drops.forget(drop)
    return go(request, "/deliver")


def is_loading(drop: Drop) -> bool:
    """Tell whether files are on their way into the warehouse."""
    job: Job | None = drop.job
    return drop.is_loaded and job is not None and not job.is_over


def go(request: Request, path: str) -> RedirectResponse:
    """Lead to a page of the app."""
    return RedirectResponse(f"{request.scope['root_path']}{path}", status_code=303)
