"""Examples of what the rules find (`ruleid`) and of what they leave alone (`ok`). Nobody runs them."""


def logs(log, body, error):
    # ruleid: a-log-line-is-fixed-words
    log.info(f"asked by {body.user_id}")
    # ruleid: a-log-line-is-fixed-words
    log.warning("asked by %s" % body.user_id)
    # ruleid: a-log-line-is-fixed-words
    log.error("asked by {}".format(body.user_id))
    # ruleid: a-log-line-is-fixed-words
    log.error(str(error))
    # ok: a-log-line-is-fixed-words
    log.info("answered", extra={"outcome": "done"})
    # ruleid: a-log-holds-no-error-text
    log.exception("unexpected")
    # ruleid: a-log-holds-no-error-text
    log.error("unexpected", extra={"error": str(error)})
    # ruleid: a-log-holds-no-error-text
    log.error("unexpected", exc_info=error)
    # ruleid: a-log-holds-no-error-text
    BatchProcessor(EventType.SQS, logger=log)
    # ruleid: a-log-holds-no-error-text
    APIGatewayHttpResolver(debug=True)
    # ok: a-log-holds-no-error-text
    log.error("unexpected", extra={"error": error_kind(error)})
    # ok: a-log-holds-no-error-text
    BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def compares(kept, typed, hmac, code):
    # ruleid: a-secret-is-compared-in-constant-time
    if kept.digest == typed:
        return True
    # ruleid: a-secret-is-compared-in-constant-time
    if hmac.new(b"k", typed).hexdigest() == kept:
        return True
    # ruleid: a-secret-is-compared-in-constant-time
    if typed != kept.token:
        return False
    # ok: a-secret-is-compared-in-constant-time
    return hmac.compare_digest(kept.digest, typed)


def calls(urllib, boto3, session, config):
    # ruleid: a-client-has-a-timeout
    urllib.request.urlopen("https://contoso.example/")
    # ok: a-client-has-a-timeout
    urllib.request.urlopen("https://contoso.example/", timeout=2)
    # ruleid: a-client-has-a-timeout
    boto3.client("kms")
    # ruleid: a-client-has-a-timeout
    session.create_client("kms")
    # ok: a-client-has-a-timeout
    session.create_client("kms", config=config)


def chances(random):
    # ruleid: chance-is-secrets
    random.randint(0, 9)
    # ok: chance-is-secrets
    random.SystemRandom().randint(0, 9)


def headers_of(headers):
    # ruleid: a-caller-is-whom-the-platform-names
    headers["x-forwarded-for"]
    # ruleid: a-caller-is-whom-the-platform-names
    headers.get("x-real-ip", "")
    # ok: a-caller-is-whom-the-platform-names
    headers.get("content-type", "")
    # ruleid: no-other-origin-reads-answers
    return {"Access-Control-Allow-Origin": "*"}


def stores(client, name):
    # ruleid: an-expression-holds-no-value
    client.update_item(TableName="T", UpdateExpression=f"SET owner = {name}")
    # ok: an-expression-holds-no-value
    client.update_item(TableName="T", UpdateExpression="SET owner = :owner", ExpressionAttributeValues={":owner": name})
