#ifndef AGENCYPOS_CSSL_SHIM_H
#define AGENCYPOS_CSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

/* OSSL_PARAM keeps raw pointers; building it here keeps them alive for the whole call. */
static inline int CSSL_hmac_sha256_init(
    EVP_MAC_CTX *context, const unsigned char *key, size_t key_byte_count) {
    OSSL_PARAM parameters[2];
    char digest[] = "SHA256";
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
    parameters[1] = OSSL_PARAM_construct_end();
    return EVP_MAC_init(context, key, key_byte_count, parameters);
}

/* EVP_CIPHER_CTX_ctrl takes an untyped pointer for reading and for writing alike. */
static inline int CSSL_gcm_read_tag(EVP_CIPHER_CTX *context, void *tag, int byte_count) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, byte_count, tag);
}

static inline int CSSL_gcm_expect_tag(EVP_CIPHER_CTX *context, const void *tag, int byte_count) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, byte_count, (void *)tag);
}

#endif
