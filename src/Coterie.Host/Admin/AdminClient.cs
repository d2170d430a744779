using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coterie.Host.Admin;

/// <summary>Asks nodes' admin addresses.</summary>
/// <param name="patience">For an answer, connecting included.</param>
public sealed class AdminClient(TimeSpan patience) : IDisposable
{
    private const int AnswerBytesMax = 64 << 20;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = patience < ConnectPatience ? patience : ConnectPatience })
    {
        Timeout = patience,
        MaxResponseContentBufferSize = AnswerBytesMax,
    };

    public AdminClient()
        : this(TimeSpan.FromSeconds(5))
    {
    }

    /// <exception cref="AdminRefusedException">The node says why not.</exception>
    /// <exception cref="IOException">The node does not answer.</exception>
    public Task<TReport> GetAsync<TReport>(IPEndPoint admin, string path, JsonTypeInfo<TReport> type, CancellationToken cancellationToken) =>
        AskAsync(admin, () => _client.GetAsync(Address(admin, path), cancellationToken), content => content.ReadFromJsonAsync(type, cancellationToken), cancellationToken);

    /// <exception cref="AdminRefusedException">The node says why not.</exception>
    /// <exception cref="IOException">The node does not answer.</exception>
    public Task<string> GetTextAsync(IPEndPoint admin, string path, CancellationToken cancellationToken) =>
        AskAsync<string>(admin, () => _client.GetAsync(Address(admin, path), cancellationToken), async content => await content.ReadAsStringAsync(cancellationToken), cancellationToken);

    /// <exception cref="AdminRefusedException">The node says why not.</exception>
    /// <exception cref="IOException">The node does not answer.</exception>
    public async Task<TReply> PostAsync<TRequest, TReply>(
        IPEndPoint admin, string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(request, requestType);
        return await AskAsync(
            admin, () => _client.PostAsync(Address(admin, path), body, cancellationToken), content => content.ReadFromJsonAsync(replyType, cancellationToken), cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private static string Address(IPEndPoint admin, string path) => $"http://{admin}{path}";

    private static async Task<TAnswer> AskAsync<TAnswer>(
        IPEndPoint admin, Func<Task<HttpResponseMessage>> send, Func<HttpContent, Task<TAnswer?>> read, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await send();
            if (!reply.IsSuccessStatusCode)
            {
                throw new AdminRefusedException(admin, (int)reply.StatusCode, (await reply.Content.ReadAsStringAsync(cancellationToken)).Trim());
            }

            return await read(reply.Content) ?? throw new IOException($"{admin} answered with nothing");
        }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException or TaskCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"no node answers at the admin address {admin}: {Reason(e)}", e);
        }
    }

    private static string Reason(Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } or System.Text.Json.JsonException =>
            "what answers there is not a node's admin port (9180 if it is not set)",
        TaskCanceledException => "it did not answer in time",
        HttpRequestException { InnerException: System.Net.Sockets.SocketException socket } => socket.Message,
        _ => error.Message,
    };
}

/// <summary>A node has answered that it will not, and why.</summary>
public sealed class AdminRefusedException(IPEndPoint admin, int status, string reason) : IOException($"{admin} refused: {reason}")
{
    /// <summary>Of HTTP.</summary>
    public int Status { get; } = status;

    public string Reason { get; } = reason;
}
