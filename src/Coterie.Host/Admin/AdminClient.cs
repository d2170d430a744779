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

    /// <exception cref="IOException">The node does not answer.</exception>
    public Task<TReport> GetAsync<TReport>(IPEndPoint admin, string path, JsonTypeInfo<TReport> type, CancellationToken cancellationToken) =>
        GetAsync(admin, async () => await _client.GetFromJsonAsync($"http://{admin}{path}", type, cancellationToken), cancellationToken);

    /// <exception cref="IOException">The node does not answer.</exception>
    public Task<string> GetTextAsync(IPEndPoint admin, string path, CancellationToken cancellationToken) =>
        GetAsync<string>(admin, async () => await _client.GetStringAsync($"http://{admin}{path}", cancellationToken), cancellationToken);

    private static async Task<TAnswer> GetAsync<TAnswer>(IPEndPoint admin, Func<Task<TAnswer?>> get, CancellationToken cancellationToken)
    {
        try
        {
            return await get() ?? throw new IOException($"{admin} answered with nothing");
        }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException or TaskCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"no node answers at the admin address {admin}: {Reason(e)}", e);
        }
    }

    /// <exception cref="IOException">The node does not answer, or refuses.</exception>
    public async Task<TReply> PostAsync<TRequest, TReply>(
        IPEndPoint admin, string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType, CancellationToken cancellationToken)
    {
        try
        {
            using var content = JsonContent.Create(request, requestType);
            using var reply = await _client.PostAsync($"http://{admin}{path}", content, cancellationToken);
            if (!reply.IsSuccessStatusCode)
            {
                var text = await reply.Content.ReadAsStringAsync(cancellationToken);
                throw new IOException($"{admin} refused: {text.Trim()}");
            }

            return await reply.Content.ReadFromJsonAsync(replyType, cancellationToken) ?? throw new IOException($"{admin} answered with nothing");
        }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException or TaskCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"no node answers at the admin address {admin}: {Reason(e)}", e);
        }
    }

    public void Dispose() => _client.Dispose();

    private static string Reason(Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } or System.Text.Json.JsonException =>
            "what answers there is not a node's admin port (9180 if it is not set)",
        TaskCanceledException => "it did not answer in time",
        HttpRequestException { InnerException: System.Net.Sockets.SocketException socket } => socket.Message,
        _ => error.Message,
    };
}
