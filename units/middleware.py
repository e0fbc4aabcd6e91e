"""What every request meets: a limit on its size, and no cache for what signed-in people read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


def refuse_large_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a body beyond ``MAX_BODY_BYTES`` before any of it is read, whoever sends it."""

    def answer(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()) or int(length) > settings.MAX_BODY_BYTES:
            file, whole = settings.EVIDENCE_MAX_BYTES // 1024 // 1024, settings.MAX_BODY_BYTES // 1024 // 1024
            told = f"上传的内容过大：每份文件不超过 {file} MB，一次提交合计不超过 {whole} MB。请返回上一页重新选择。"
            return HttpResponse(told, status=413, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return answer


def no_store_when_signed_in(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer signed-in people with ``Cache-Control: no-store``."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    return answer
