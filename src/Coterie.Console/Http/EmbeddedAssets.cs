using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Coterie.WebConsole.Http;

/// <summary>
/// Styles and scripts out of the assembly. Their addresses name their content, so that a browser keeps them until they change and never uses an
/// old one with a new page.
/// </summary>
internal static class EmbeddedAssets
{
    private const string Prefix = "assets/";

    private static readonly ImmutableSortedDictionary<string, Asset> Assets = Load();

    /// <summary>What a page writes to get it.</summary>
    public static string Address(string name) => $"{Prefix}{name}?v={Assets[name].Version}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, asset) in Assets)
        {
            routes.MapGet($"/{Prefix}{name}", context => SendAsync(context, asset));
        }
    }

    private static Task SendAsync(HttpContext context, Asset asset)
    {
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Content.Length;
        context.Response.Headers.CacheControl = context.Request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        return context.Response.Body.WriteAsync(asset.Content, 0, asset.Content.Length, context.RequestAborted);
    }

    private static ImmutableSortedDictionary<string, Asset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var assets = ImmutableSortedDictionary.CreateBuilder<string, Asset>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            assets[resource[Prefix.Length..]] = new Asset(content, ContentType(resource), Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
        }

        return assets.ToImmutable();
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"What is a file of {other}?"),
    };

    private sealed record Asset(byte[] Content, string ContentType, string Version);
}
