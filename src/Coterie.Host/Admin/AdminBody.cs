using Microsoft.AspNetCore.Http;

namespace Coterie.Host.Admin;

/// <summary>
/// Takes in the body of a request that changes something. A web page in the operator's browser must not be able to send one: a form can post to any
/// address, but not with this content type, for which a browser asks first, and nothing here says yes.
/// </summary>
internal static class AdminBody
{
    public const int BytesMax = 1024;

    /// <summary>So much of a refused body is read and dropped. Who sends still more is cut off.</summary>
    public const int DroppedBytesMax = 1024 * 1024;

    /// <summary>Null if the request may come in; otherwise what it is answered.</summary>
    public static AdminAnswer? Refusal(HttpRequest request)
    {
        if (request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"].Count > 0)
        {
            return new AdminAnswer(StatusCodes.Status403Forbidden, AdminAnswer.PlainText, "Requests from web pages are not served here.\n");
        }

        if (!request.HasJsonContentType())
        {
            return new AdminAnswer(StatusCodes.Status415UnsupportedMediaType, AdminAnswer.PlainText, "The body must be application/json.\n");
        }

        return request.ContentLength > BytesMax ? TooLarge : null;
    }

    /// <returns>The body, or what to answer instead.</returns>
    public static async Task<(ReadOnlyMemory<byte> Body, AdminAnswer? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new byte[BytesMax + 1];
        try
        {
            var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
            return length > BytesMax ? (default, TooLarge) : (body.AsMemory(0, length), null);
        }
        catch (BadHttpRequestException exception)
        {
            return (default, new AdminAnswer(exception.StatusCode, AdminAnswer.PlainText, "The body cannot be read.\n"));
        }
    }

    /// <summary>
    /// Reads the rest of a refused body and forgets it. A connection closed while its client still writes is reset, and the client is told of a broken
    /// pipe instead of the refusal (RFC 9112 §9.6).
    /// </summary>
    public static async Task DropAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (BadHttpRequestException)
        {
            // Too long, too slow or torn: the refusal is sent all the same, to whom it reaches.
        }
    }

    private static AdminAnswer TooLarge { get; } =
        new(StatusCodes.Status413PayloadTooLarge, AdminAnswer.PlainText, $"The body may have {BytesMax} bytes.\n");
}
