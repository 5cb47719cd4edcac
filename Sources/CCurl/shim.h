#ifndef AGENCYPOS_CCURL_SHIM_H
#define AGENCYPOS_CCURL_SHIM_H

#include <curl/curl.h>

/* What Swift cannot import: variadic functions and flag macros. */

typedef size_t (*http_client_sink)(char *bytes, size_t size, size_t count, void *context);
typedef int (*http_client_start)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);

/* Process-wide, once, before any other call. */
static inline CURLcode http_client_prepare(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}

static inline CURLcode http_client_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode http_client_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode http_client_set_fields(CURL *handle, struct curl_slist *fields) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fields);
}

/* The library keeps a copy of the bytes; their count comes first, for they may hold zeros. */
static inline CURLcode http_client_set_body(CURL *handle, const void *bytes, long count) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, count);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}

/* What the three callbacks get as their context. */
static inline CURLcode http_client_set_context(
    CURL *handle, void *context, http_client_start on_start, http_client_sink on_header,
    http_client_sink on_body) {
    CURLcode code;
    if ((code = curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, on_start)) != CURLE_OK ||
        (code = curl_easy_setopt(handle, CURLOPT_PREREQDATA, context)) != CURLE_OK ||
        (code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header)) != CURLE_OK ||
        (code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, context)) != CURLE_OK ||
        (code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body)) != CURLE_OK)
        return code;
    return curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

/* The status of the last answer, or 0. */
static inline long http_client_status(CURL *handle) {
    long status = 0;
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

/* Values whose names are macros or nameless enumerations. */
static const long http_client_version_11 = CURL_HTTP_VERSION_1_1;
static const long http_client_tls_12 = CURL_SSLVERSION_TLSv1_2;
static const int http_client_go_on = CURL_PREREQFUNC_OK;
static const int http_client_abort = CURL_PREREQFUNC_ABORT;

#endif
